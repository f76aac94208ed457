#include <autograd/ops/slice.hpp>
#include <data/dataset.hpp>
#include <data/draws.hpp>
#include <data/transform.hpp>

#include <cstring>
#include <numeric>

namespace xtape::data {

namespace {

std::size_t row_bytes(const Tensor& rows) {
  std::size_t elements = 1;
  for (std::size_t axis = 1; axis < rows.dimension(); ++axis) elements *= rows.shape()[axis];
  return elements * item_bytes(rows.dtype());
}

Tensor gather_rows(const Tensor& rows, std::span<const std::size_t> indices) {
  Shape shape = rows.shape();
  shape[0] = indices.size();
  Tensor result = Tensor::uninitialized(shape, rows.dtype());
  const std::size_t bytes = row_bytes(rows);
  const auto* from = static_cast<const std::byte*>(rows.raw_data());
  auto* to = static_cast<std::byte*>(result.mutable_data());
  for (const std::size_t index : indices) {
    std::memcpy(to, from + index * bytes, bytes);
    to += bytes;
  }
  return result;
}

// Rows of two contiguous tensors.
class TensorSource final : public Source {
 public:
  TensorSource(Tensor inputs, Tensor targets) : m_inputs(std::move(inputs)), m_targets(std::move(targets)) {}

  std::size_t size() const override { return m_inputs.shape()[0]; }
  Sample sample(std::size_t index) const override {
    const auto row = static_cast<std::ptrdiff_t>(index);
    return {view(m_inputs, {row}), view(m_targets, {row})};
  }
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t>) const override {
    return {gather_rows(m_inputs, indices), gather_rows(m_targets, indices)};
  }
  Sample all() const override { return {m_inputs, m_targets}; }

 private:
  Tensor m_inputs, m_targets;
};

std::vector<std::uint64_t> default_keys(std::span<const std::size_t> indices) {
  std::vector<std::uint64_t> keys(indices.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = sample_key(0, 0, indices[i]);
  return keys;
}

// A source with a transform applied to the inputs or to the targets.
class MappedSource final : public Source {
 public:
  enum class Part { inputs, targets };

  MappedSource(std::shared_ptr<const Source> source, Transform transform, Part part)
      : m_source(std::move(source)), m_transform(std::move(transform)), m_part(part) {}

  std::size_t size() const override { return m_source->size(); }

  Sample sample(std::size_t index) const override { return batch_of_one(index); }
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const override {
    // The source may have a transform of its own, whose numbers must be others.
    std::vector<std::uint64_t> inner_keys(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) inner_keys[i] = derived_key(keys[i], 0);
    Sample result = m_source->batch(indices, inner_keys);
    std::vector<Draws> draws(keys.begin(), keys.end());
    Tensor& part = m_part == Part::inputs ? result.first : result.second;
    part = m_transform.batch(std::move(part), draws);
    return result;
  }

  Tensor targets() const override { return m_part == Part::inputs ? m_source->targets() : all().second; }

 private:
  std::shared_ptr<const Source> m_source;
  Transform m_transform;
  Part m_part;
};

void check_rows(const Tensor& inputs, const Tensor& targets) {
  if (inputs.dimension() > 0 && targets.dimension() > 0 && inputs.shape()[0] == targets.shape()[0]) return;
  throw ShapeError("Dataset: inputs of shape " + to_string(inputs.shape()) + " and targets of shape " +
                   to_string(targets.shape()) + "; both need a first axis of the same size, one row a sample");
}

[[noreturn]] void throw_out_of_range(const char* op, std::ptrdiff_t index, std::size_t size) {
  throw IndexError(std::string(op) + ": index " + std::to_string(index) + " of a data set of " + std::to_string(size) +
                   " samples");
}

}  // namespace

Sample Source::batch(std::span<const std::size_t> indices, std::span<const std::uint64_t>) const {
  Tensors inputs, targets;
  for (const std::size_t index : indices) {
    auto [input, target] = sample(index);
    inputs.push_back(std::move(input));
    targets.push_back(std::move(target));
  }
  return {stack(inputs), stack(targets)};
}

Sample Source::all() const {
  std::vector<std::size_t> indices(size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return batch(indices, default_keys(indices));
}

Sample Source::batch_of_one(std::size_t index) const {
  const std::size_t indices[] = {index};
  const auto [input, target] = batch(indices, default_keys(indices));
  return {view(input, {0}), view(target, {0})};
}

Dataset::Dataset(const Tensor& inputs, const Tensor& targets) {
  check_rows(inputs, targets);
  m_source = std::make_shared<TensorSource>(inputs.detach().contiguous(), targets.detach().contiguous());
}

Sample Dataset::operator[](std::ptrdiff_t index) const {
  const auto count = static_cast<std::ptrdiff_t>(size());
  if (index < -count || index >= count) throw_out_of_range("Dataset", index, size());
  return m_source->batch_of_one(static_cast<std::size_t>(index < 0 ? index + count : index));
}

Sample Dataset::batch(std::span<const std::size_t> indices) const { return batch(indices, default_keys(indices)); }

Sample Dataset::batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const {
  const std::size_t count = size();
  for (const std::size_t index : indices) {
    if (index >= count) throw_out_of_range("Dataset::batch", static_cast<std::ptrdiff_t>(index), count);
  }
  if (keys.size() != indices.size()) {
    throw Error("Dataset::batch: " + std::to_string(keys.size()) + " keys for " + std::to_string(indices.size()) +
                " indices; each needs one");
  }
  return m_source->batch(indices, keys);
}

Dataset Dataset::map(const Transform& transform) const {
  return Dataset(std::make_shared<MappedSource>(m_source, transform, MappedSource::Part::inputs));
}

Dataset Dataset::map_targets(const Transform& transform) const {
  return Dataset(std::make_shared<MappedSource>(m_source, transform, MappedSource::Part::targets));
}

}  // namespace xtape::data
