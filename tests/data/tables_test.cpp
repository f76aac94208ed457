#include <map>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

using Counts = std::map<std::int64_t, int>;

Counts class_counts(const data::Dataset& dataset) {
  Counts counts;
  const Tensor targets = dataset.targets();
  for (std::size_t i = 0; i < targets.size(); ++i) ++counts[targets.item<std::int64_t>(static_cast<std::ptrdiff_t>(i))];
  return counts;
}

// Of all numbers of a table, in float64.
double total(const data::Table& table) {
  double result = 0.0;
  for (std::size_t c = 0; c + 1 < table.columns().size(); ++c)
    result += sum(astype(table[table.columns()[c]], float64)).item();
  return result;
}

}  // namespace

TEST_CASE("the irises are whole") {
  const data::Dataset iris = data::iris();
  CHECK(iris.inputs().shape() == Shape({150, 4}));
  CHECK(iris.inputs().dtype() == float32);
  CHECK(class_counts(iris) == Counts{{0, 50}, {1, 50}, {2, 50}});
  CHECK(identical(iris[0].first, Tensor(xt::xarray<float>{5.1f, 3.5f, 1.4f, 0.2f})));
  // Rows 35 and 38 as in Fisher's paper, not as in the repository.
  CHECK(identical(iris[34].first, Tensor(xt::xarray<float>{4.9f, 3.1f, 1.5f, 0.2f})));
  CHECK(identical(iris[37].first, Tensor(xt::xarray<float>{4.9f, 3.6f, 1.4f, 0.1f})));
  CHECK(total(data::iris_table()) == doctest::Approx(2078.7).epsilon(1e-12));
  CHECK(data::iris_table().categories("species").names ==
        std::vector<std::string>{"setosa", "versicolor", "virginica"});
}

TEST_CASE("the wines are whole") {
  const data::Dataset wine = data::wine();
  CHECK(wine.inputs().shape() == Shape({178, 13}));
  CHECK(class_counts(wine) == Counts{{0, 59}, {1, 71}, {2, 48}});
  CHECK(total(data::wine_table()) == doctest::Approx(159975.295999).epsilon(1e-12));
  CHECK(data::wine_table()["proline"].dtype() == int64);
}

TEST_CASE("the breast masses are whole, numbered as in scikit-learn") {
  const data::Dataset masses = data::breast_cancer();
  CHECK(masses.inputs().shape() == Shape({569, 30}));
  CHECK(class_counts(masses) == Counts{{0, 212}, {1, 357}});
  CHECK(masses[0].second.item<std::int64_t>() == 0);
  CHECK(masses[0].first.item<float>(0) == 17.99f);
  CHECK(total(data::breast_cancer_table()) == doctest::Approx(1056474.4596356).epsilon(1e-12));
}
