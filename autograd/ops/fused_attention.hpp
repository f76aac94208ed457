#pragma once

#include <autograd/ops/attention.hpp>

/// Attention as one operation, whose kernels go through a head at a time. Not part of the API.
namespace xtape {

/// Whether the kernels can take them: floating tensors of one dtype whose batches do not broadcast, no size 0, a mask
/// that is boolean if there is one. What is watched() goes through the expression.
bool can_fuse_attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask);

/// (weights kept) v, where `kept`, unless it is undefined, is what dropout multiplies the weights by.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                       const Tensor& kept);
/// The same for packed_attention(), whose `kept` is (batch, heads, places, places).
Tensor fused_packed_attention(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                              const Tensor& kept);

/// The expressions that the two stand for.
Tensor attention_expression(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                            const Tensor& kept);
Tensor packed_attention_expression(const Tensor& qkv, std::size_t heads, const AttentionOptions& options,
                                   const Tensor& kept);

}  // namespace xtape
