// Scaled dot product attention, as plain products and softmax.
#include <cmath>
#include <limits>

#include "arithmetic.h"
#include "families.h"
#include "matmul.h"
#include "pointwise.h"
#include "selection.h"
#include "softmax.h"
#include "views.h"

namespace portfire::kernels {
namespace {

// With grouped queries, every key head serves several query heads.
TensorRef repeat_heads(const TensorRef& t, std::int64_t heads) {
  const std::int64_t own = t->size(t->rank() - 3);
  if (own == heads) return t;
  if (own == 0 || heads % own != 0) fail("Number of heads in key and value must divide the number of heads in query");
  const TensorRef grouped = unsqueeze(t, t->rank() - 2);
  Dims shape = grouped->shape();
  shape[t->rank() - 2] = heads / own;
  Dims merged = t->shape();
  merged[t->rank() - 3] = heads;
  return reshape(expand(grouped, shape), merged);
}

// A row whose scores are all -inf attends to nothing: zeros, not NaN.
TensorRef safe_softmax(const TensorRef& scores) {
  const TensorRef weights = softmax(scores, -1);
  return run_unary<Domain::kFloating, ResultKind::kPromoted>("softmax", weights, weights,
                                                             [](auto x) { return x != x ? decltype(x)(0) : x; });
}

TensorRef attend(const Call& c) {
  const TensorRef query = tensor_at(c, 0);
  TensorRef key = tensor_at(c, 1);
  TensorRef value = tensor_at(c, 2);
  const TensorRef mask = optional_tensor_at(c, 3);
  const bool causal = bool_or(c, 5, false);
  if (double_or(c, 4, 0) > 0) {
    fail("the native kernel of scaled_dot_product_attention supports dropout_p=0 only (dropout needs random numbers)");
  }
  if (query->rank() < 2 || key->rank() < 2 || value->rank() < 2) {
    fail("scaled_dot_product_attention: Expected query, key, and value to all be  at least 2 dimensional, but got ",
         query->rank(), ", ", key->rank(), ", ", value->rank());
  }
  if (mask && causal) fail("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
  if (bool_or(c, 7, false)) {
    key = repeat_heads(key, query->size(query->rank() - 3));
    value = repeat_heads(value, query->size(query->rank() - 3));
  }
  const auto width = static_cast<double>(query->shape().back());
  const double scale = double_or(c, 6, 1 / std::sqrt(width));
  TensorRef scores = matmul(mul(query, wrapped_number(Scalar(scale))), transpose(key, -2, -1));
  if (causal) {
    const TensorRef all = empty(Dims{query->size(query->rank() - 2), key->size(key->rank() - 2)}, DType::kBool);
    fill(*all, Scalar(true));
    scores = where(tril(all, 0), scores, wrapped_number(Scalar(-std::numeric_limits<double>::infinity())));
  } else if (mask && mask->dtype() == DType::kBool) {
    scores = where(mask, scores, wrapped_number(Scalar(-std::numeric_limits<double>::infinity())));
  } else if (mask) {
    scores = convert(add(scores, mask), scores->dtype());
  }
  return matmul(mask || causal ? safe_softmax(scores) : softmax(scores, -1), value);
}

}  // namespace

KernelTable attention_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float "
       "dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
       functional<attend>},
  };
  return kTable;
}

}  // namespace portfire::kernels
