#pragma once

#include <data/csv.hpp>

/// Small tables from the UCI Machine Learning Repository, embedded in the library; data/tables/README.md has their
/// authors and licence (CC BY 4.0). The rows are sorted by class or come as their authors left them: divide them with
/// stratified_split or shuffle them.
namespace xtape::data {

/// Fisher's irises: inputs (150, 4) float32, the lengths and widths of sepal and petal in cm; targets (150,) int64: 0
/// setosa, 1 versicolor, 2 virginica. Example: `auto [train, test] = data::stratified_split(data::iris(), 0.8);`
Dataset iris();
/// Italian wines: inputs (178, 13) float32, a chemical analysis; targets (178,) int64, one of three cultivars.
Dataset wine();
/// Wisconsin's breast masses: inputs (569, 30) float32, features of the cells' nuclei; targets (569,) int64: 0
/// malignant, 1 benign, as in scikit-learn.
Dataset breast_cancer();

/// The same with the columns' names; the last one holds the class. Example: `data::iris_table()["petal width (cm)"]`.
Table iris_table();
Table wine_table();
Table breast_cancer_table();

}  // namespace xtape::data
