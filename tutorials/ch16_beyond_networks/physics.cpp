// Forces that nobody derived: a planet and a pendulum move by the gradient of their energy; and a ball is thrown as far
// as it goes by the gradient of where it lands.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <numbers>

using namespace xtape;

// --- Hamilton's equations: dq/dt = dH/dp, dp/dt = -dH/dq

using Energy = std::function<Tensor(const Tensor& q, const Tensor& p)>;

struct Motion {
  std::vector<double> first, second, energy;  // q0 and q1 (or q and p), and H
};

// dH/dq and dH/dp.
Tensors slopes(const Energy& energy, const Tensor& q, const Tensor& p) {
  const Tensor at_q = q.detach().requires_grad_(), at_p = p.detach().requires_grad_();
  return grad(energy(at_q, at_p), {at_q, at_p}, {.allow_unused = true});
}

// Euler's steps: position and momentum move by what the slopes were before.
void euler(const Energy& energy, Tensor& q, Tensor& p, double dt) {
  const Tensors slope = slopes(energy, q, p);
  q = q + dt * slope[1];
  p = p - dt * slope[0];
}

// The leapfrog: half a push, a whole move, half a push. For energies that are a part of q plus a part of p.
void leapfrog(const Energy& energy, Tensor& q, Tensor& p, double dt) {
  p = p - 0.5 * dt * slopes(energy, q, p)[0];
  q = q + dt * slopes(energy, q, p)[1];
  p = p - 0.5 * dt * slopes(energy, q, p)[0];
}

using Step = void (*)(const Energy&, Tensor&, Tensor&, double);

Motion move(const Energy& energy, Step step, Tensor q, Tensor p, double dt, int steps) {
  Motion motion;
  for (int i = 0; i <= steps; ++i) {
    motion.first.push_back(q.item(0));
    motion.second.push_back(q.size() > 1 ? q.item(1) : p.item(0));
    motion.energy.push_back(energy(q, p).item());
    step(energy, q, p, dt);
  }
  return motion;
}

Tensor planet(const Tensor& q, const Tensor& p) { return 0.5 * sum(p * p) - 1.0 / sqrt(sum(q * q)); }
Tensor pendulum(const Tensor& q, const Tensor& p) { return 0.5 * sum(p * p) - sum(cos(q)); }

void draw_motion(const tutorial::Options& options) {
  const Tensor q = xt::xarray<double>{1.0, 0.0}, p = xt::xarray<double>{0.0, 1.2};
  const Motion rough = move(planet, euler, q, p, 0.05, 600), fine = move(planet, leapfrog, q, p, 0.05, 600);
  std::cout << "energy of a planet    Euler     leapfrog\n" << std::fixed << std::setprecision(5);
  for (const std::size_t i : {0u, 100u, 200u, 400u, 600u})
    std::cout << "  t = " << std::setw(2) << i / 20 << std::setw(20) << rough.energy[i] << std::setw(12)
              << fine.energy[i] << '\n';

  plot::Figure figure({.columns = 3, .width = 1200, .height = 400});
  figure[0].line(rough.first, rough.second, {.label = "Euler", .line = "--", .width = 1.0});
  figure[0]
      .line(fine.first, fine.second, {.label = "leapfrog"})
      .scatter(plot::Values{0.0}, plot::Values{0.0}, plot::Style{.label = "sun", .color = "black"});
  figure[0].x_label("q0").y_label("q1").equal().legend("below");
  std::vector<double> time;
  for (std::size_t i = 0; i < fine.energy.size(); ++i) time.push_back(0.05 * static_cast<double>(i));
  figure[1].line(time, rough.energy, {.label = "Euler", .line = "--"}).line(time, fine.energy, {.label = "leapfrog"});
  figure[1].x_label("time").y_label("energy").legend("below");
  for (const double speed : {0.5, 1.2, 1.8, 1.95, 2.3}) {
    const Motion swing =
        move(pendulum, leapfrog, Tensor(xt::xarray<double>{0.0}), Tensor(xt::xarray<double>{speed}), 0.1, 130);
    figure[2].line(swing.first, swing.second, {.label = std::to_string(speed).substr(0, 4)});
  }
  figure[2]
      .x_label("angle")
      .y_label("momentum")
      .x_range(-3.5, 10.0)
      .title("pendulums by their first momentum")
      .legend("below");
  figure.save(options.figure("motion"));
}

// --- how far a ball flies: 30 m/s, gravity, and drag that grows with the square of the speed

struct Throw {
  Tensor distance;
  std::vector<double> x, y;
};

Throw fly(const Tensor& angle, double drag) {
  constexpr double dt = 0.02, gravity = 9.81, speed = 30.0;
  Tensor x = 0.0, y = 0.0, vx = speed * cos(angle), vy = speed * sin(angle);
  Throw result;
  while (true) {
    result.x.push_back(x.item()), result.y.push_back(y.item());
    const Tensor braking = drag * sqrt(vx * vx + vy * vy);
    const Tensor ax = -braking * vx, ay = -braking * vy - gravity;
    const Tensor next_x = x + dt * vx + 0.5 * dt * dt * ax, next_y = y + dt * vy + 0.5 * dt * dt * ay;
    if (next_y.item() < 0.0) {
      result.distance = x + (next_x - x) * (y / (y - next_y));  // where the last piece meets the ground
      return result;
    }
    x = next_x, y = next_y, vx = vx + dt * ax, vy = vy + dt * ay;
  }
}

void throw_far(const tutorial::Options& options) {
  constexpr double degree = std::numbers::pi / 180.0;
  plot::Figure figure({.width = 760, .height = 380});
  for (const double drag : {0.0, 0.01}) {
    std::cout << "\ndrag " << std::setprecision(2) << drag << ": step  angle  distance\n";
    const Tensor angle = Tensor(70.0 * degree).requires_grad_();
    for (int step = 0; step <= 30; ++step) {
      angle.zero_grad();
      const Throw thrown = fly(angle, drag);
      thrown.distance.backward();
      if (step % 10 == 0) {
        std::cout << std::setw(16) << step << std::setw(8) << angle.item() / degree << std::setw(9)
                  << thrown.distance.item() << '\n';
        const std::string label =
            std::to_string(angle.item() / degree).substr(0, 4) + " degrees, drag " + (drag > 0.0 ? "0.01" : "0");
        if (step == 0 || step == 30)
          figure.axes().line(thrown.x, thrown.y, {.label = label, .line = drag > 0.0 ? "-" : "--"});
      }
      const NoGrad guard;
      angle.assign(angle + 0.003 * angle.grad());
    }
  }
  figure.axes().x_label("distance in metres").y_label("height").legend("outside");
  figure.save(options.figure("throw"));
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  draw_motion(options);
  throw_far(options);
}
