#include <autograd/ops/einsum.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <set>

namespace xtape {

namespace {

// A letter, or -1 - i for axis i, counted from the back, of what "..." stands for.
using Label = int;
using Labels = std::vector<Label>;

bool has(const Labels& labels, Label label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

// An operand or intermediate result with a label for each axis.
struct Term {
  Tensor tensor;
  Labels labels;

  std::size_t size_of(Label label) const {
    const auto at = std::find(labels.begin(), labels.end(), label) - labels.begin();
    return tensor.shape(at);
  }
};

// --- reading the subscripts

struct Subscripts {
  std::string text;
  std::vector<std::string> inputs;
  std::string output;
  bool with_arrow = false;

  std::string place() const { return "einsum \"" + text + "\": "; }
};

void check_part(const Subscripts& subscripts, const std::string& part) {
  std::string letters = part;
  if (const auto dots = letters.find("..."); dots != std::string::npos) letters.erase(dots, 3);
  for (char letter : letters) {
    if (std::isalpha(static_cast<unsigned char>(letter))) continue;
    const bool dot = letter == '.';
    throw Error(subscripts.place() + "'" + letter + "' in \"" + part +
                (dot ? "\"; dots come as one \"...\"" : "\" is no label; labels are letters"));
  }
}

Subscripts read_subscripts(std::string_view text) {
  Subscripts result;
  result.text = text;
  std::string rest;
  for (char letter : text) {
    if (letter != ' ') rest += letter;
  }
  if (const auto arrow = rest.find("->"); arrow != std::string::npos) {
    result.with_arrow = true;
    result.output = rest.substr(arrow + 2);
    rest.resize(arrow);
    check_part(result, result.output);
  }
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = rest.find(',', begin);
    result.inputs.push_back(rest.substr(begin, end == std::string::npos ? end : end - begin));
    check_part(result, result.inputs.back());
  }
  return result;
}

// The labels of a part whose "..." stands for `extra` axes.
Labels labels_of(const std::string& part, std::size_t extra) {
  Labels labels;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == '.') {
      for (std::size_t axis = extra; axis-- > 0;) labels.push_back(-1 - static_cast<Label>(axis));
      i += 2;
    } else {
      labels.push_back(part[i]);
    }
  }
  return labels;
}

bool has_ellipsis(const std::string& part) { return part.find('.') != std::string::npos; }

// How many axes "..." stands for in an operand.
std::size_t extra_axes(const Subscripts& subscripts, std::size_t operand, const Shape& shape) {
  const std::string& part = subscripts.inputs[operand];
  const bool dots = has_ellipsis(part);
  const std::size_t letters = part.size() - (dots ? 3 : 0);
  if (dots ? letters <= shape.size() : letters == shape.size()) return shape.size() - letters;
  throw ShapeError(subscripts.place() + "operand " + std::to_string(operand) + " of shape " + to_string(shape) +
                   " has " + std::to_string(shape.size()) + " axes, and \"" + part + "\" has " +
                   std::to_string(letters) + " labels");
}

std::string describe(Label label) {
  return label < 0 ? "axis " + std::to_string(label) + " of \"...\""
                   : std::string("label '") + static_cast<char>(label) + "'";
}

// --- sizes of labels

struct LabelSize {
  std::size_t size;
  std::size_t operand;  // the first that has it
};

std::map<Label, LabelSize> label_sizes(const Subscripts& subscripts, const std::vector<Term>& terms) {
  std::map<Label, LabelSize> sizes;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (std::size_t axis = 0; axis < terms[i].labels.size(); ++axis) {
      const Label label = terms[i].labels[axis];
      const std::size_t size = terms[i].tensor.shape()[axis];
      LabelSize& known = sizes.try_emplace(label, LabelSize{size, i}).first->second;
      // Within one operand a repeated label is a diagonal, and nothing broadcasts.
      const bool repeated = terms[i].size_of(label) != size;
      if (repeated || (known.size != size && known.size != 1 && size != 1)) {
        const std::size_t other = repeated ? i : known.operand;
        throw ShapeError(subscripts.place() + describe(label) + " has size " +
                         std::to_string(repeated ? terms[i].size_of(label) : known.size) + " in operand " +
                         std::to_string(other) + " of shape " + to_string(terms[other].tensor.shape()) + " and size " +
                         std::to_string(size) + " in operand " + std::to_string(i) + " of shape " +
                         to_string(terms[i].tensor.shape()));
      }
      if (known.size == 1 && size != 1) known = {size, i};
    }
  }
  return sizes;
}

Labels output_labels(const Subscripts& subscripts, const std::vector<Term>& terms, std::size_t extra,
                     const std::map<Label, LabelSize>& sizes) {
  if (subscripts.with_arrow) {
    Labels output = labels_of(subscripts.output, extra);
    std::set<Label> seen;
    for (Label label : output) {
      if (!sizes.count(label)) throw Error(subscripts.place() + describe(label) + " of the output is in no operand");
      if (!seen.insert(label).second) {
        throw Error(subscripts.place() + describe(label) + " is in the output more than once");
      }
    }
    return output;
  }
  std::map<Label, int> times;
  for (const Term& term : terms) {
    for (Label label : term.labels) ++times[label];
  }
  Labels output = labels_of("...", extra);
  for (const auto& [label, count] : times) {
    if (label >= 0 && count == 1) output.push_back(label);
  }
  return output;
}

// --- steps on terms

// The axes in the order of `labels`, all of which the term has.
Tensor in_order(const Term& term, const Labels& labels) {
  if (labels == term.labels) return term.tensor;
  std::vector<std::ptrdiff_t> permutation;
  for (Label label : labels) {
    permutation.push_back(std::find(term.labels.begin(), term.labels.end(), label) - term.labels.begin());
  }
  return transpose(term.tensor, permutation);
}

Tensor shaped(const Tensor& x, const Shape& shape) { return x.shape() == shape ? x : reshape(x, shape); }

// A label that stands twice becomes one axis, the diagonal: in a flattened matrix its elements are n + 1 apart.
Term with_diagonals(Term term) {
  for (std::size_t first = 0; first < term.labels.size(); ++first) {
    const Label label = term.labels[first];
    const auto again =
        std::find(term.labels.begin() + static_cast<std::ptrdiff_t>(first) + 1, term.labels.end(), label);
    if (again == term.labels.end()) continue;
    const std::ptrdiff_t second = again - term.labels.begin();
    std::vector<std::ptrdiff_t> order;
    Labels labels;
    Shape shape;
    for (std::ptrdiff_t axis = 0; axis < static_cast<std::ptrdiff_t>(term.labels.size()); ++axis) {
      if (axis == static_cast<std::ptrdiff_t>(first) || axis == second) continue;
      order.push_back(axis);
      labels.push_back(term.labels[static_cast<std::size_t>(axis)]);
      shape.push_back(term.tensor.shape(axis));
    }
    order.insert(order.end(), {static_cast<std::ptrdiff_t>(first), second});
    labels.push_back(label);
    const auto size = static_cast<std::ptrdiff_t>(term.tensor.shape(second));
    shape.push_back(static_cast<std::size_t>(size * size));
    const Tensor flat = reshape(transpose(term.tensor, order), shape);
    return with_diagonals({view(flat, {xt::ellipsis(), xt::range(0, size * size, size + 1)}), labels});
  }
  return term;
}

// Without axes of size 1: an operand does not depend on labels along which it broadcasts.
Term without_ones(const Term& term) {
  Term result;
  Shape shape;
  for (std::size_t axis = 0; axis < term.labels.size(); ++axis) {
    if (term.tensor.shape()[axis] == 1) continue;
    result.labels.push_back(term.labels[axis]);
    shape.push_back(term.tensor.shape()[axis]);
  }
  result.tensor = shaped(term.tensor, shape);
  return result;
}

template <class Needed>
Term sum_others(const Term& term, const Needed& needed) {
  Labels kept;
  std::vector<std::ptrdiff_t> axes;
  for (std::size_t axis = 0; axis < term.labels.size(); ++axis) {
    if (needed(term.labels[axis])) {
      kept.push_back(term.labels[axis]);
    } else {
      axes.push_back(static_cast<std::ptrdiff_t>(axis));
    }
  }
  return axes.empty() ? term : Term{sum(term.tensor, axes), kept};
}

Labels joined(Labels labels, const Labels& more) {
  labels.insert(labels.end(), more.begin(), more.end());
  return labels;
}

// The axes of `labels`, then one axis for each group, which merges the group's own.
Tensor grouped(const Term& term, const Labels& labels, std::initializer_list<Labels> groups) {
  Labels order = labels;
  Shape shape;
  for (Label label : labels) shape.push_back(term.size_of(label));
  for (const Labels& group : groups) {
    shape.push_back(1);
    for (Label label : group) shape.back() *= term.size_of(label);
    order = joined(order, group);
  }
  return shaped(in_order(term, order), shape);
}

// The axes of `labels`, of size 1 where the term has none.
Tensor aligned(const Term& term, const Labels& labels) {
  Labels own;
  Shape shape;
  for (Label label : labels) {
    shape.push_back(has(term.labels, label) ? term.size_of(label) : 1);
    if (has(term.labels, label)) own.push_back(label);
  }
  return shaped(in_order(term, own), shape);
}

// The product of two terms, summed over labels that are not needed any more.
template <class Needed>
Term contract(const Term& first, const Term& second, const Needed& needed) {
  const Term a = sum_others(first, [&](Label label) { return needed(label) || has(second.labels, label); });
  const Term b = sum_others(second, [&](Label label) { return needed(label) || has(first.labels, label); });
  Labels batch, summed, left, right;
  for (Label label : a.labels) (!has(b.labels, label) ? left : needed(label) ? batch : summed).push_back(label);
  for (Label label : b.labels) {
    if (!has(a.labels, label)) right.push_back(label);
  }
  if (summed.empty() || (left.empty() && right.empty())) {
    // Elementwise: nothing is summed, or the products would be matrices with one element.
    const Labels all = joined(joined(joined(batch, summed), left), right);
    return sum_others(Term{aligned(a, all) * aligned(b, all), all}, needed);
  }
  const Labels labels = joined(joined(batch, left), right);
  Shape shape;
  for (Label label : labels) shape.push_back(has(right, label) ? b.size_of(label) : a.size_of(label));
  const Tensor product = matmul(grouped(a, batch, {left, summed}), grouped(b, batch, {summed, right}));
  return {shaped(product, shape), labels};
}

// --- the order of contractions

// How many elements more the memory holds when the pair is replaced by its product.
template <class Needed>
double growth(const Term& a, const Term& b, const Needed& needed) {
  double size = 1.0;
  for (Label label : a.labels) {
    if (needed(label)) size *= static_cast<double>(a.size_of(label));
  }
  for (Label label : b.labels) {
    if (needed(label) && !has(a.labels, label)) size *= static_cast<double>(b.size_of(label));
  }
  return size - static_cast<double>(a.tensor.size()) - static_cast<double>(b.tensor.size());
}

// Replaces the pair of terms that is contracted best by its product.
void contract_best_pair(std::vector<Term>& terms, const Labels& output) {
  std::size_t first = 0, second = 1;
  const auto needed = [&](std::size_t i, std::size_t j) {
    return [&terms, &output, i, j](Label label) {
      if (has(output, label)) return true;
      for (std::size_t k = 0; k < terms.size(); ++k) {
        if (k != i && k != j && has(terms[k].labels, label)) return true;
      }
      return false;
    };
  };
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; terms.size() > 2 && i < terms.size(); ++i) {
    for (std::size_t j = i + 1; j < terms.size(); ++j) {
      const double cost = growth(terms[i], terms[j], needed(i, j));
      if (cost < best) {
        best = cost;
        first = i;
        second = j;
      }
    }
  }
  terms[first] = contract(terms[first], terms[second], needed(first, second));
  terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(second));
}

std::vector<Term> label_operands(const Subscripts& subscripts, const Tensors& operands, std::size_t& extra) {
  if (operands.size() != subscripts.inputs.size()) {
    throw Error(subscripts.place() + "the subscripts have " + std::to_string(subscripts.inputs.size()) +
                " parts, for " + std::to_string(operands.size()) + " operands");
  }
  DType dtype = boolean;
  for (const Tensor& operand : operands) dtype = promote(dtype, operand.dtype());
  std::vector<Term> terms;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::size_t own_extra = extra_axes(subscripts, i, operands[i].shape());
    extra = std::max(extra, own_extra);
    terms.push_back({astype(operands[i], as_floating(dtype)), labels_of(subscripts.inputs[i], own_extra)});
  }
  return terms;
}

}  // namespace

Tensor einsum(std::string_view text, const Tensors& operands) {
  const Subscripts subscripts = read_subscripts(text);
  std::size_t extra = 0;
  std::vector<Term> terms = label_operands(subscripts, operands, extra);
  const std::map<Label, LabelSize> sizes = label_sizes(subscripts, terms);
  const Labels output = output_labels(subscripts, terms, extra, sizes);

  for (Term& term : terms) term = without_ones(with_diagonals(std::move(term)));
  while (terms.size() > 1) contract_best_pair(terms, output);
  const Term last = sum_others(terms[0], [&](Label label) { return has(output, label); });

  // Axes of size 1 were left out above; they come back here.
  Labels present;
  Shape shape;
  for (Label label : output) {
    shape.push_back(sizes.at(label).size);
    if (shape.back() != 1) present.push_back(label);
  }
  return shaped(in_order(last, present), shape);
}

std::vector<OpEntry> einsum_ops() {
  return {
      {"einsum",
       "linear algebra",
       "Einstein's sum over labelled axes",
       {XTAPE_CASE(einsum("ij,jk->ik", {x[0], x[1]}), any_value(2, 3), any_value(3, 4)),
        XTAPE_CASE(einsum("bij,bjk->bik", {x[0], x[1]}), any_value(2, 2, 3), any_value(2, 3, 2)),
        XTAPE_CASE(einsum("ij,jk", {x[0], x[1]}), any_value(2, 3), any_value(3, 2)),
        XTAPE_CASE(einsum("bqhd,bkhd->bhqk", {x[0], x[1]}), any_value(2, 2, 2, 2), any_value(2, 3, 2, 2)),
        XTAPE_CASE(einsum("ij,ij->ij", {x[0], x[1]}), any_value(2, 3), any_value(2, 3)),
        XTAPE_CASE(einsum("bi,bi->b", {x[0], x[1]}), any_value(2, 3), any_value(2, 3)),
        XTAPE_CASE(einsum("bi,ib->b", {x[0], x[1]}), any_value(2, 3), any_value(3, 2)),
        XTAPE_CASE(einsum("i,j->ji", {x[0], x[1]}), any_value(2), any_value(3)),
        XTAPE_CASE(einsum("i,i", {x[0], x[1]}), any_value(4), any_value(4)),
        XTAPE_CASE(einsum("ijk,kl,lj->i", {x[0], x[1], x[2]}), any_value(2, 3, 2), any_value(2, 4), any_value(4, 3)),
        XTAPE_CASE(einsum("a,ab,b,bc", {x[0], x[1], x[2], x[3]}), any_value(2), any_value(2, 3), any_value(3),
                   any_value(3, 2)),
        XTAPE_CASE(einsum("ii->i", {x[0]}), any_value(3, 3)),
        XTAPE_CASE(einsum("ii", {x[0]}), any_value(3, 3)),
        XTAPE_CASE(einsum("iji->j", {x[0]}), any_value(2, 3, 2)),
        XTAPE_CASE(einsum("iij,jki->k", {x[0], x[1]}), any_value(2, 2, 3), any_value(3, 2, 2)),
        XTAPE_CASE(einsum("ij->", {x[0]}), any_value(2, 3)),
        XTAPE_CASE(einsum("kji", {x[0]}), any_value(2, 3, 2)),
        XTAPE_CASE(einsum("ij,k->k", {x[0], x[1]}), any_value(2, 3), any_value(2)),
        XTAPE_CASE(einsum("...ij,...jk->...ik", {x[0], x[1]}), any_value(2, 1, 2, 3), any_value(3, 3, 2)),
        XTAPE_CASE(einsum("i...,i...", {x[0], x[1]}), any_value(3, 2, 2), any_value(3, 2)),
        XTAPE_CASE(einsum("i...->i", {x[0]}), any_value(2, 3, 2)),
        XTAPE_CASE(einsum("ij,ij->i", {x[0], x[1]}), any_value(2, 1), any_value(1, 3)),
        XTAPE_CASE(einsum("ij,jk->ik", {x[0], x[1]}), any_value(2, 0), any_value(0, 3)),
        XTAPE_CASE(einsum(",i,->i", {x[0], x[1], x[2]}), any_value(), any_value(3), any_value())}},
  };
}

}  // namespace xtape
