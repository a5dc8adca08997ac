// mm, bmm, matmul, linear, addmm and their kin.
#include "matmul.h"

#include "arithmetic.h"
#include "families.h"
#include "gemm.h"
#include "pointwise.h"
#include "views.h"

namespace portfire::kernels {
namespace {

void check_same_dtype(const NativeTensor& a, const NativeTensor& b) {
  if (a.dtype() == b.dtype()) return;
  fail("expected m1 and m2 to have the same dtype, but got: ", scalar_type_name(a.dtype()),
       " != ", scalar_type_name(b.dtype()));
}

template <typename T>
MatrixView<T> matrix_view(const NativeTensor& t) {
  return {t.ptr<T>(), t.stride(0), t.stride(1)};
}

template <typename T>
void add_plain_product(NativeTensor& out, const NativeTensor& a, const NativeTensor& b) {
  const std::int64_t n = b.size(1);
  const auto x = matrix_view<T>(a);
  const auto y = matrix_view<T>(b);
  T* c = out.ptr<T>();
  for (std::int64_t i = 0; i < a.size(0); ++i) {
    for (std::int64_t p = 0; p < a.size(1); ++p) {
      const T factor = x.data[i * x.row + p * x.column];
      for (std::int64_t j = 0; j < n; ++j) {
        const T term = static_cast<T>(factor * y.data[p * y.row + j * y.column]);
        c[i * n + j] = static_cast<T>(c[i * n + j] + term);
      }
    }
  }
}

TensorRef plus_bias(const TensorRef& product, const TensorRef& bias) {
  return bias ? add(product, bias, product) : product;
}

}  // namespace

void add_product_into(const TensorRef& out, const TensorRef& a, const TensorRef& b) {
  const DType dtype = out->dtype();
  if (dtype == DType::kFloat16 || dtype == DType::kBFloat16) {
    const TensorRef exact = convert(out, DType::kFloat32);
    add_product_into(exact, convert(a, DType::kFloat32), convert(b, DType::kFloat32));
    return copy_into(*out, *exact);
  }
  dispatch_all(dtype, "addmm_impl_cpu_", [&]<typename T>(Type<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      add_matrix_product<T>(a->size(0), b->size(1), a->size(1), matrix_view<T>(*a), matrix_view<T>(*b), out->ptr<T>(),
                            b->size(1));
    } else if constexpr (is_short_float<T> || std::is_same_v<T, bool>) {
      fail_dtype("addmm_impl_cpu_", dtype);
    } else {
      add_plain_product<T>(*out, *a, *b);
    }
  });
}

namespace {

TensorRef mm(const TensorRef& a, const TensorRef& b) {
  if (a->rank() != 2) fail("self must be a matrix");
  if (b->rank() != 2) fail("mat2 must be a matrix");
  if (a->size(1) != b->size(0)) {
    fail("mat1 and mat2 shapes cannot be multiplied (", a->size(0), "x", a->size(1), " and ", b->size(0), "x",
         b->size(1), ")");
  }
  check_same_dtype(*a, *b);
  const TensorRef out = zeros(Dims{a->size(0), b->size(1)}, a->dtype());
  add_product_into(out, a, b);
  return out;
}

TensorRef bmm(const TensorRef& a, const TensorRef& b) {
  if (a->rank() != 3) fail("batch1 must be a 3D tensor");
  if (b->rank() != 3) fail("batch2 must be a 3D tensor");
  if (a->size(0) != b->size(0) || a->size(2) != b->size(1)) {
    fail("Expected size for first two dimensions of batch2 tensor to be: [", a->size(0), ", ", a->size(2),
         "] but got: [", b->size(0), ", ", b->size(1), "].");
  }
  check_same_dtype(*a, *b);
  const TensorRef out = zeros(Dims{a->size(0), a->size(1), b->size(2)}, a->dtype());
  for (std::int64_t i = 0; i < a->size(0); ++i) add_product_into(select(out, 0, i), select(a, 0, i), select(b, 0, i));
  return out;
}

TensorRef dot(const TensorRef& a, const TensorRef& b) {
  if (a->rank() != 1 || b->rank() != 1) {
    fail("1D tensors expected, but got ", a->rank(), "D and ", b->rank(), "D tensors");
  }
  if (a->size(0) != b->size(0)) {
    fail("inconsistent tensor size, expected tensor [", a->size(0), "] and src [", b->size(0),
         "] to have the same number of elements, but got ", a->size(0), " and ", b->size(0), " elements respectively");
  }
  return reshape(mm(unsqueeze(a, 0), unsqueeze(b, 1)), Dims{});
}

TensorRef mv(const TensorRef& a, const TensorRef& v) {
  if (a->rank() != 2 || v->rank() != 1) {
    fail("vector + matrix @ vector expected, got ", 1, ", ", a->rank(), ", ", v->rank());
  }
  if (a->size(1) != v->size(0)) {
    fail("size mismatch, got input (", a->size(0), "), mat (", a->size(0), "x", a->size(1), "), vec (", v->size(0),
         ")");
  }
  return squeeze(mm(a, unsqueeze(v, 1)), 1);
}

// The leading dimensions of an operand with at least two.
Dims batch_shape(const NativeTensor& t) { return Dims(t.sizes().first(static_cast<std::size_t>(t.rank() - 2))); }

TensorRef expand_batch(const TensorRef& t, const Dims& batch) {
  Dims shape = batch;
  shape.push_back(t->size(-2 + t->rank()));
  shape.push_back(t->size(-1 + t->rank()));
  return expand(t, shape);
}

TensorRef fold_batch(const TensorRef& t, std::int64_t count) {
  return reshape(t, Dims{count, t->size(t->rank() - 2), t->size(t->rank() - 1)});
}

TensorRef batched_matmul(const TensorRef& a, const TensorRef& b) {
  const Dims batch = broadcast_shapes(batch_shape(*a), batch_shape(*b));
  const std::int64_t count = element_count(batch);
  const TensorRef product = bmm(fold_batch(expand_batch(a, batch), count), fold_batch(expand_batch(b, batch), count));
  Dims shape = batch;
  shape.push_back(a->size(a->rank() - 2));
  shape.push_back(b->size(b->rank() - 1));
  return view(product, shape);
}

// All but the last dimension as one.
TensorRef as_matrix(const TensorRef& t) {
  const std::int64_t width = t->size(t->rank() - 1);
  return reshape(t,
                 Dims{width == 0 ? element_count(t->sizes().first(t->sizes().size() - 1)) : t->count() / width, width});
}

}  // namespace

TensorRef matmul(const TensorRef& a, const TensorRef& b) {
  if (a->rank() == 0 || b->rank() == 0) {
    fail("both arguments to matmul need to be at least 1D, but they are ", a->rank(), "D and ", b->rank(), "D");
  }
  if (a->rank() == 1 && b->rank() == 1) return dot(a, b);
  if (a->rank() == 2 && b->rank() == 1) return mv(a, b);
  if (a->rank() == 1) return squeeze(matmul(unsqueeze(a, 0), b), -2);
  if (a->rank() == 2 && b->rank() == 2) return mm(a, b);
  if (b->rank() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (b->rank() == 2) {
    const TensorRef product = mm(as_matrix(a), b);
    Dims shape = a->shape();
    shape.back() = b->size(1);
    return view(product, shape);
  }
  return batched_matmul(a, b);
}

TensorRef linear(const TensorRef& x, const TensorRef& weight, const TensorRef& bias) {
  if (weight->rank() == 1) {
    const TensorRef out = matmul(x, weight);
    return bias ? add(out, bias) : out;
  }
  if (weight->rank() != 2)
    fail("linear: weight must be a matrix or a vector, but it has ", weight->rank(), " dimensions");
  if (x->rank() == 0) fail("both arguments to linear need to be at least 1D, but they are 0D and 2D");
  const TensorRef rows = x->rank() == 1 ? unsqueeze(x, 0) : as_matrix(x);
  if (rows->size(1) != weight->size(1)) {
    fail("mat1 and mat2 shapes cannot be multiplied (", rows->size(0), "x", rows->size(1), " and ", weight->size(1),
         "x", weight->size(0), ")");
  }
  check_same_dtype(*x, *weight);
  const TensorRef product = mm(rows, transpose(weight, 0, 1));
  Dims shape = x->shape();
  shape.back() = weight->size(0);
  return plus_bias(view(product, shape), bias);
}

namespace {

// beta * self + alpha * product, as addmm, addmv, baddbmm and addbmm mean it: with beta 0, self is not read at all.
TensorRef blend(const TensorRef& self, const TensorRef& product, const Scalar& beta, const Scalar& alpha) {
  const TensorRef scaled = alpha.to<double>() == 1 ? product : mul(product, wrapped_number(alpha), product);
  if (beta.to<double>() == 0) return scaled;
  const TensorRef base = beta.to<double>() == 1 ? self : mul(self, wrapped_number(beta));
  if (base->dtype() != product->dtype()) {
    fail("self and mat2 must have the same dtype, but got ", scalar_type_name(base->dtype()), " and ",
         scalar_type_name(product->dtype()));
  }
  const Dims shape = broadcast_shapes(base->sizes(), product->sizes());
  if (shape != product->shape()) {
    fail("The expanded size of the tensor must match: ", shape_text(base->sizes()), " does not expand to ",
         shape_text(product->sizes()));
  }
  return add(scaled, base, scaled);
}

template <TensorRef (*F)(const TensorRef&, const TensorRef&)>
TensorRef product_op(const Call& c) {
  return F(tensor_at(c, 0), tensor_at(c, 1));
}
template <TensorRef (*F)(const TensorRef&, const TensorRef&)>
TensorRef blended_op(const Call& c) {
  return blend(tensor_at(c, 0), F(tensor_at(c, 1), tensor_at(c, 2)), scalar_or(c, 3, Scalar(1)),
               scalar_or(c, 4, Scalar(1)));
}
TensorRef linear_op(const Call& c) { return linear(tensor_at(c, 0), tensor_at(c, 1), optional_tensor_at(c, 2)); }
TensorRef outer(const TensorRef& a, const TensorRef& b) {
  if (a->rank() != 1 || b->rank() != 1)
    fail("outer: Expected 1-D arguments, but got ", a->rank(), "-D and ", b->rank(), "-D");
  return mul(unsqueeze(a, 1), b);
}

}  // namespace

KernelTable matmul_kernels() {
  static constexpr OpEntry kTable[] = {
      {"aten::mm(Tensor self, Tensor mat2) -> Tensor", functional<product_op<mm>>},
      {"aten::bmm(Tensor self, Tensor mat2) -> Tensor", functional<product_op<bmm>>},
      {"aten::mv(Tensor self, Tensor vec) -> Tensor", functional<product_op<mv>>},
      {"aten::dot(Tensor self, Tensor tensor) -> Tensor", functional<product_op<dot>>},
      {"aten::outer(Tensor self, Tensor vec2) -> Tensor", functional<product_op<outer>>},
      {"aten::ger(Tensor self, Tensor vec2) -> Tensor", functional<product_op<outer>>},
      {"aten::matmul(Tensor self, Tensor other) -> Tensor", functional<product_op<matmul>>},
      {"aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", functional<product_op<matmul>>},
      {"aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", functional<linear_op>},
      {"aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
       functional<blended_op<mm>>},
      {"aten::addmm_(Tensor(a!) self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor(a!)",
       functional_in_place<blended_op<mm>>},
      {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
       functional<blended_op<mv>>},
      {"aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
       functional<blended_op<outer>>},
      {"aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor",
       functional<blended_op<bmm>>},
      {"aten::baddbmm_(Tensor(a!) self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor(a!)",
       functional_in_place<blended_op<bmm>>},
  };
  return kTable;
}

}  // namespace portfire::kernels
