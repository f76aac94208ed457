#include <autograd/ops/op_table.hpp>

#include <sstream>

namespace xtape {

// One per family, at the end of its source.
std::vector<OpEntry> elementwise_ops();
std::vector<OpEntry> reduce_ops();
std::vector<OpEntry> vector_norm_ops();
std::vector<OpEntry> scan_ops();
std::vector<OpEntry> sort_ops();
std::vector<OpEntry> matmul_ops();
std::vector<OpEntry> einsum_ops();
std::vector<OpEntry> linalg_ops();
std::vector<OpEntry> determinant_ops();
std::vector<OpEntry> least_squares_ops();
std::vector<OpEntry> decomposition_ops();
std::vector<OpEntry> shape_ops();
std::vector<OpEntry> slice_ops();
std::vector<OpEntry> rearrange_ops();
std::vector<OpEntry> pad_ops();
std::vector<OpEntry> diagonal_ops();
std::vector<OpEntry> index_ops();
std::vector<OpEntry> scatter_ops();
std::vector<OpEntry> mask_ops();
std::vector<OpEntry> conv_ops();
std::vector<OpEntry> fold_ops();
std::vector<OpEntry> pool_ops();
std::vector<OpEntry> softmax_ops();
std::vector<OpEntry> ctc_ops();
std::vector<OpEntry> norm_ops();
std::vector<OpEntry> attention_ops();
std::vector<OpEntry> recurrent_ops();
std::vector<OpEntry> lstm_ops();
std::vector<OpEntry> interpolate_ops();
std::vector<OpEntry> dropout_ops();

std::vector<OpEntry> op_table() {
  std::vector<OpEntry> table;
  for (const auto& family :
       {elementwise_ops, reduce_ops,    vector_norm_ops, scan_ops,          sort_ops,          matmul_ops,
        einsum_ops,      linalg_ops,    determinant_ops, least_squares_ops, decomposition_ops, shape_ops,
        slice_ops,       rearrange_ops, pad_ops,         diagonal_ops,      index_ops,         scatter_ops,
        mask_ops,        conv_ops,      fold_ops,        pool_ops,          softmax_ops,       ctc_ops,
        norm_ops,        attention_ops, recurrent_ops,   lstm_ops,          interpolate_ops,   dropout_ops}) {
    for (OpEntry& entry : family()) table.push_back(std::move(entry));
  }
  return table;
}

std::string formula_of(const std::string& lambda) {
  const std::size_t begin = lambda.find("return "), end = lambda.rfind(';');
  if (begin == std::string::npos || end == std::string::npos) return lambda;
  return lambda.substr(begin + 7, end - begin - 7);
}

std::vector<std::string> parameters_of(const std::string& lambda) {
  std::vector<std::string> names;
  const std::size_t begin = lambda.find('(');
  if (begin == std::string::npos) return names;
  std::istringstream list(lambda.substr(begin + 1, lambda.find(')') - begin - 1));
  for (std::string parameter; std::getline(list, parameter, ',');) {
    names.push_back(parameter.substr(parameter.find_last_of(' ') + 1));
  }
  return names;
}

}  // namespace xtape
