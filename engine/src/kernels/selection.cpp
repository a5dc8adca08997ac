// Choosing elements by a condition: where, masked_fill, tril, triu.
#include "selection.h"

#include <cstring>

#include "families.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {

TensorRef where(const TensorRef& condition, const TensorRef& a, const TensorRef& b) {
  if (condition->dtype() != DType::kBool && condition->dtype() != DType::kUInt8) {
    fail("where expected condition to be a boolean tensor, but got a tensor with dtype ",
         scalar_type_name(condition->dtype()));
  }
  const DType dtype = result_type({a, b});
  const TensorRef x = convert(a, dtype);
  const TensorRef y = convert(b, dtype);
  const Dims shape = broadcast_shapes(broadcast_shapes(condition->sizes(), x->sizes()), y->sizes());
  TensorRef out = empty_result(shape, {condition.get(), x.get(), y.get()}, dtype);
  dispatch_item_size(out->item_size(), [&]<typename T>(Type<T>) {
    auto row = [](char* const* p, const std::int64_t* s, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) {
        const bool first = *reinterpret_cast<const std::uint8_t*>(p[1] + i * s[1]) != 0;
        std::memcpy(p[0] + i * s[0], first ? p[2] + i * s[2] : p[3] + i * s[3], sizeof(T));
      }
    };
    for_each_row(shape, {out.get(), condition.get(), x.get(), y.get()}, row);
  });
  return out;
}

void masked_fill_into(NativeTensor& self, const TensorRef& mask, const Scalar& value) {
  if (mask->dtype() != DType::kBool) {
    fail("masked_fill_ only supports boolean masks, but got mask with dtype ", scalar_type_name(mask->dtype()));
  }
  if (broadcast_shapes(self.sizes(), mask->sizes()) != self.shape()) {
    fail("output with shape ", shape_text(self.sizes()), " doesn't match the broadcast shape ",
         shape_text(broadcast_shapes(self.sizes(), mask->sizes())));
  }
  dispatch_all(self.dtype(), "masked_fill", [&]<typename T>(Type<T>) {
    const T v = value.to<T>();
    auto row = [v](char* const* p, const std::int64_t* s, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) {
        if (*reinterpret_cast<const bool*>(p[1] + i * s[1])) *reinterpret_cast<T*>(p[0] + i * s[0]) = v;
      }
    };
    for_each_row(self.sizes(), {&self, mask.get()}, row);
  });
}

namespace {

TensorRef triangle(const TensorRef& x, std::int64_t diagonal, bool lower) {
  if (x->rank() < 2) fail(lower ? "tril" : "triu", ": input tensor must have at least 2 dimensions");
  TensorRef out = clone_contiguous(x);
  const std::int64_t rows = x->size(x->rank() - 2);
  const std::int64_t columns = x->size(x->rank() - 1);
  const auto item = static_cast<std::int64_t>(x->item_size());
  if (out->count() == 0) return out;
  const std::int64_t matrices = out->count() / (rows * columns);
  diagonal = std::clamp(diagonal, -rows - 1, columns + 1);
  for (std::int64_t m = 0; m < matrices * rows; ++m) {
    const std::int64_t edge = std::clamp<std::int64_t>(m % rows + diagonal + (lower ? 1 : 0), 0, columns);
    char* row = out->bytes() + m * columns * item;
    if (lower) {
      std::memset(row + edge * item, 0, static_cast<std::size_t>((columns - edge) * item));
    } else {
      std::memset(row, 0, static_cast<std::size_t>(edge * item));
    }
  }
  return out;
}

Scalar fill_value_at(const Call& c) {
  if (!c[2].is_tensor()) return scalar_at(c, 2);
  const TensorRef value = tensor_at(c, 2);
  if (value->rank() != 0) {
    fail("masked_fill only supports a 0-dimensional value tensor, but got tensor with ", value->rank(),
         " dimension(s).");
  }
  return read_element(*value, 0);
}

void check_fill_kind(const NativeTensor& self, const Scalar& value) {
  if (value.is_complex() && !is_complex(self.dtype())) {
    fail("value cannot be converted to type ", scalar_type_name(self.dtype()), " without overflow");
  }
}

void masked_fill_in_place(Call& c) {
  const TensorRef self = tensor_at(c, 0);
  const Scalar value = fill_value_at(c);
  check_fill_kind(*self, value);
  masked_fill_into(*self, tensor_at(c, 1), value);
  c.set_result(c[0]);
}

TensorRef masked_fill_op(const Call& c) {
  const TensorRef self = tensor_at(c, 0);
  const TensorRef mask = tensor_at(c, 1);
  const Dims shape = broadcast_shapes(self->sizes(), mask->sizes());
  TensorRef out = shape == self->shape() ? clone(self) : clone_contiguous(expand(self, shape));
  const Scalar value = fill_value_at(c);
  check_fill_kind(*out, value);
  masked_fill_into(*out, mask, value);
  return out;
}

TensorRef operand_at(const Call& c, std::size_t i) {
  return c[i].is_tensor() ? tensor_at(c, i) : wrapped_number(scalar_at(c, i));
}
TensorRef where_op(const Call& c) { return where(tensor_at(c, 0), operand_at(c, 1), operand_at(c, 2)); }
TensorRef tril_op(const Call& c) { return triangle(tensor_at(c, 0), int_or(c, 1, 0), true); }
TensorRef triu_op(const Call& c) { return triangle(tensor_at(c, 0), int_or(c, 1, 0), false); }

template <bool Lower>
TensorRef triangle_indices(const Call& c) {
  const std::int64_t rows = int_at(c, 0);
  const std::int64_t columns = int_at(c, 1);
  const std::int64_t offset = int_or(c, 2, 0);
  check_tensor_options(c, 4);
  if (rows < 0 || columns < 0) fail("row and col must be non-negative, got ", rows, " and ", columns);
  std::vector<std::int64_t> places[2];
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      if (Lower ? j > i + offset : j < i + offset) continue;
      places[0].push_back(i);
      places[1].push_back(j);
    }
  }
  const auto n = static_cast<std::int64_t>(places[0].size());
  const TensorRef out = empty(Dims{2, n}, DType::kInt64);
  for (std::int64_t k = 0; k < 2; ++k) std::copy(places[k].begin(), places[k].end(), out->ptr<std::int64_t>() + k * n);
  return convert(out, dtype_or(c, 3, DType::kInt64));
}

}  // namespace

TensorRef tril(const TensorRef& x, std::int64_t diagonal) { return triangle(x, diagonal, true); }

KernelTable selection_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", functional<where_op>},
      {"aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", functional<where_op>},
      {"aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", functional<where_op>},
      {"aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", functional<where_op>},
      {"aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", functional<masked_fill_op>},
      {"aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", functional<masked_fill_op>},
      {"aten::masked_fill_.Scalar(Tensor(a!) self, Tensor mask, Scalar value) -> Tensor(a!)", masked_fill_in_place},
      {"aten::masked_fill_.Tensor(Tensor(a!) self, Tensor mask, Tensor value) -> Tensor(a!)", masked_fill_in_place},
      {"aten::tril(Tensor self, SymInt diagonal=0) -> Tensor", functional<tril_op>},
      {"aten::tril_(Tensor(a!) self, SymInt diagonal=0) -> Tensor(a!)", functional_in_place<tril_op>},
      {"aten::triu(Tensor self, SymInt diagonal=0) -> Tensor", functional<triu_op>},
      {"aten::triu_(Tensor(a!) self, SymInt diagonal=0) -> Tensor(a!)", functional_in_place<triu_op>},
      {"aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? "
       "device=None, "
       "bool? pin_memory=None) -> Tensor",
       functional<triangle_indices<true>>},
      {"aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? "
       "device=None, "
       "bool? pin_memory=None) -> Tensor",
       functional<triangle_indices<false>>},
  };
  return kTable;
}

}  // namespace portfire::kernels
