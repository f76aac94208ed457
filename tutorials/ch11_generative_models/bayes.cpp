// Two ways to P(class | x): directly, by logistic regression, and from P(x | class) with Bayes' theorem.
#include <plot/plot.hpp>
#include <tutorials/ch11_generative_models/gaussian.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

// Class 0 comes twice as often as class 1.
data::Dataset make_points(std::uint32_t seed) {
  const data::BlobsOptions blobs{.centers = {{-1.2, -0.5}, {-1.2, -0.5}, {1.2, 0.8}},
                                 .points = 100,
                                 .deviation = 1.0,
                                 .seed = seed,
                                 .dtype = float64};
  const data::Dataset three = data::blobs(blobs);
  return data::Dataset(three.inputs(), astype(greater(three.targets(), 1.0), int64));  // the first two are class 0
}

Tensor of_class(const data::Dataset& points, int label) {
  return take(points.inputs(), flatnonzero(equal(points.targets(), static_cast<double>(label))), 0);
}

// The discriminative way: P(1 | x) = sigmoid(w x + b), with the w and b that make the labels most likely.
nn::Linear fit_logistic(const data::Dataset& points) {
  manual_seed(0);
  nn::Linear unit(2, 1);
  unit.to(float64);
  const Tensor x = points.inputs(), t = astype(points.targets(), float64);
  optim::LBFGS rule(unit.parameters(), {.max_iter = 100, .line_search_fn = optim::LineSearch::strong_wolfe});
  rule.step([&] {
    rule.zero_grad();
    const Tensor loss = nn::binary_cross_entropy_with_logits(squeeze(unit(x), 1), t);
    loss.backward();
    return loss;
  });
  return unit;
}

// The generative way: how the points of each class are spread, and how often each class comes.
struct Generative {
  Gaussian density[2];
  double prior[2];

  static Generative fit(const data::Dataset& points) {
    Generative model;
    for (int label : {0, 1}) {
      const Tensor x = of_class(points, label);
      model.density[label] = Gaussian::fit(x);
      model.prior[label] = static_cast<double>(x.shape(0)) / static_cast<double>(points.size());
    }
    return model;
  }
  // log(p(x | class) P(class)) of each class, (N, 2).
  Tensor log_joint(const Tensor& x) const {
    return stack({density[0].log_density(x) + std::log(prior[0]), density[1].log_density(x) + std::log(prior[1])}, 1);
  }
  // Bayes: P(1 | x) = p(x | 1) P(1) / (p(x | 0) P(0) + p(x | 1) P(1)).
  Tensor probability(const Tensor& x) const { return view(softmax(log_joint(x), 1), {xt::all(), 1}); }
  Tensor density_of(const Tensor& x) const { return exp(logsumexp(log_joint(x), {1})); }
};

double accuracy(const Tensor& probability, const Tensor& labels) {
  return mean(equal(astype(probability > 0.5, int64), labels)).item();
}

// Who may say "I do not know" is wrong less often about the rest.
void print_reject(const char* name, const Tensor& probability, const Tensor& labels) {
  const Tensor certainty = maximum(probability, 1.0 - probability);
  const Tensor right = equal(astype(probability > 0.5, int64), labels);
  for (const double bar : {0.5, 0.7, 0.9, 0.99}) {
    const Tensor kept = certainty >= bar;
    std::printf("%-14s %.2f %9.1f %% %13.2f %%\n", name, bar, 100.0 * (1.0 - mean(kept).item()),
                100.0 * (1.0 - static_cast<double>(sum(logical_and(right, kept)).item()) / sum(kept).item()));
  }
}

void draw(const tutorial::Options& options, const data::Dataset& points, nn::Linear& unit, const Generative& model) {
  const NoGrad guard;
  const plot::Plane plane{-5, 5, -5, 5, 100};
  const Tensor grid = plane.points();
  const auto as_picture = [&](const Tensor& z) { return reshape(z, {plane.steps, plane.steps}); };
  plot::Figure densities({.rows = 1, .columns = 3, .width = 1250, .height = 380});
  densities[0]
      .x_range(-5, 5)
      .y_range(-5, 5)
      .scatter_classes(points.inputs(), points.targets(), {"class 0", "class 1"})
      .title("p(x | class)")
      .equal()
      .legend("bottom right");
  for (int label : {0, 1}) {
    densities[0].contour(plane.x(), plane.y(), as_picture(exp(model.density[label].log_density(grid))),
                         {0.01, 0.03, 0.06, 0.1, 0.14}, {.color = "black", .line = label ? "--" : "-"});
  }
  densities[1].surface(plane.x(), plane.y(), as_picture(model.density_of(grid))).title("p(x), both together").equal();
  manual_seed(4);  // new points: a class by its prior, then a point by its density
  const Tensor drawn = concatenate({model.density[0].sample(200), model.density[1].sample(100)});
  densities[2]
      .x_range(-5, 5)
      .y_range(-5, 5)
      .scatter_classes(drawn, concatenate({zeros({200}), ones({100})}))
      .title("300 points drawn from it")
      .equal();
  densities.save(options.figure("densities"));

  plot::Figure answers({.rows = 1, .columns = 3, .width = 1150, .height = 360});
  const plot::ColorOptions colors{.palette = "diverging", .low = 0, .high = 1};
  const Tensor direct = squeeze(sigmoid(unit(grid)), 1), bayes = model.probability(grid);
  answers[0].surface(plane.x(), plane.y(), as_picture(direct), colors).title("P(1 | x), logistic").equal();
  answers[1].surface(plane.x(), plane.y(), as_picture(bayes), colors).title("P(1 | x), by Bayes").equal();
  plot::decision_regions(answers[2], plane, [&](const Tensor& x) { return squeeze(unit(x), 1) > 0.0; });
  answers[2].scatter_classes(points.inputs(), points.targets()).title("the bare label").equal();
  answers.save(options.figure("answers"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const data::Dataset train = make_points(1), test = make_points(2);
  nn::Linear unit = fit_logistic(train);
  const Generative model = Generative::fit(train);
  const NoGrad guard;
  std::printf("logistic regression: w = (%.4f, %.4f), b = %.4f\n", unit.weight(0, 0).item(), unit.weight(0, 1).item(),
              unit.bias(0).item());
  for (int label : {0, 1}) {
    const Gaussian& one = model.density[label];
    const Tensor covariance = one.covariance();
    std::printf("class %d: prior %.4f, mean (%.4f, %.4f), covariance %.4f %.4f %.4f\n", label, model.prior[label],
                one.mean(0).item(), one.mean(1).item(), covariance(0, 0).item(), covariance(0, 1).item(),
                covariance(1, 1).item());
  }
  std::printf("\n    x             logistic   Bayes    density p(x)\n");
  const Tensor places = xt::xarray<double>{{-1.2, -0.5}, {0.0, 0.0}, {1.2, 0.8}, {6.0, 6.0}, {12.0, -8.0}};
  const Tensor direct = squeeze(sigmoid(unit(places)), 1), bayes = model.probability(places);
  for (int i = 0; i < 5; ++i) {
    std::printf("(%5.1f, %5.1f)      %.4f   %.4f     %.1e\n", places(i, 0).item(), places(i, 1).item(),
                direct(i).item(), bayes(i).item(), model.density_of(places)(i).item());
  }
  const Tensor by_line = squeeze(sigmoid(unit(test.inputs())), 1), by_bayes = model.probability(test.inputs());
  std::printf("\ntest accuracy: logistic %.4f, Bayes %.4f\n\n", accuracy(by_line, test.targets()),
              accuracy(by_bayes, test.targets()));
  std::printf("answer only if P >=   rejected   wrong of the rest\n");
  print_reject("logistic", by_line, test.targets());
  print_reject("Bayes", by_bayes, test.targets());
  draw(options, train, unit, model);
}
