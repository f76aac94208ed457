#include <autograd/ops/operand.hpp>

namespace xtape {

Tensor Operand::number(DType dtype) const {
  Tensor result = Tensor::uninitialized({}, dtype);
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    *static_cast<T*>(result.mutable_data()) =
        is_floating(m_number_type) ? static_cast<T>(m_real) : static_cast<T>(m_integer);
  });
  return result;
}

DType common_dtype(std::span<const Operand* const> operands) {
  bool found = false;
  DType common = boolean;
  for (const Operand* operand : operands) {
    if (!operand->is_tensor()) continue;
    common = found ? promote(common, operand->tensor().dtype()) : operand->tensor().dtype();
    found = true;
  }
  for (const Operand* operand : operands) {
    if (operand->is_tensor()) continue;
    common = found ? promote(common, operand->number_dtype(common)) : promote(common, operand->number_type());
  }
  return common;
}

const Shape& common_shape(std::span<const Tensor* const> inputs, const char* op, Shape& room) {
  const Shape* shape = &inputs[0]->shape();
  for (const Tensor* input : inputs.subspan(1)) {
    if (input->dimension() == 0 || same(input->shape(), *shape)) continue;
    room = broadcast_shapes(*shape, input->shape(), op);
    shape = &room;
  }
  return *shape;
}

}  // namespace xtape
