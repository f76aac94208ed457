#include <data/tables.hpp>

// Made from the files in data/tables by cmake/embed.cmake.
namespace xtape::embedded {
extern const std::span<const unsigned char> iris;
extern const std::span<const unsigned char> wine;
extern const std::span<const unsigned char> breast_cancer;
}  // namespace xtape::embedded

namespace xtape::data {

Table iris_table() { return Table(std::as_bytes(embedded::iris), "the embedded table of irises"); }
Table wine_table() { return Table(std::as_bytes(embedded::wine), "the embedded table of wines"); }
Table breast_cancer_table() {
  return Table(std::as_bytes(embedded::breast_cancer), "the embedded table of breast masses");
}

Dataset iris() { return iris_table().dataset("species"); }
Dataset wine() { return wine_table().dataset("cultivar"); }
Dataset breast_cancer() {
  const Table table = breast_cancer_table();
  const Dataset alphabetical = table.dataset("diagnosis");
  return Dataset(alphabetical.inputs(), table.categories("diagnosis", {"malignant", "benign"}).ids);
}

}  // namespace xtape::data
