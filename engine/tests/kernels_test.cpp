// The native kernels: memory of tensors, views, strides, promotion, in-place writes, errors. Every op against ATen is
// tests/engine/test_native_kernels.py.
#include <cmath>
#include <string>
#include <vector>

#include "check.h"
#include "portfire/op.h"

using namespace portfire;

namespace {

// Calls one op: arguments in, the single result out.
Value run(const char* op, const char* overload, std::vector<Value> arguments) {
  static const std::shared_ptr<KernelLibrary> library = native_kernels();
  const BoundOp bound = library->bind(op, overload);
  if (!bound) throw Error(ErrorCode::kMissingOps, std::string(op) + "." + overload);
  std::vector<Operand> in;
  for (std::uint32_t i = 0; i < arguments.size(); ++i) in.push_back({i << 2U});
  const std::vector<std::uint32_t> out{static_cast<std::uint32_t>(arguments.size())};
  arguments.emplace_back();
  Call call(arguments.data(), nullptr, in, out, nullptr);
  bound.function(call);
  return arguments.back();
}

Value ints(const std::vector<std::int64_t>& v) {
  return Value::list(Type::leaf(TypeKind::kInt), std::vector<Value>(v.begin(), v.end()));
}

// 0, 1, 2, ... of the given shape.
Tensor counting(const std::vector<std::int64_t>& shape) {
  Tensor t = Tensor::empty(shape, DType::kFloat32);
  for (std::int64_t i = 0; i < t.numel(); ++i) t.data_ptr<float>()[i] = static_cast<float>(i);
  return t;
}

std::vector<float> elements(const Tensor& t) {
  const Tensor dense = t.contiguous();
  const float* p = dense.data_ptr<float>();
  return {p, p + dense.numel()};
}

std::vector<std::int64_t> shape(const Tensor& t) { return {t.sizes().begin(), t.sizes().end()}; }

}  // namespace

TEST(caller_memory_is_shared_and_released_with_the_last_view) {
  float memory[6] = {0, 1, 2, 3, 4, 5};
  int released = 0;
  {
    Tensor view;
    {
      const Tensor t = Tensor::from_blob(memory, {2, 3}, DType::kFloat32, [&] { ++released; });
      view = run("aten::select", "int", {t, 0, 1}).to_tensor();
    }
    CHECK_EQUAL(released, 0);
    view.data_ptr<float>()[0] = 42;
    CHECK_EQUAL(memory[3], 42.0F);
  }
  CHECK_EQUAL(released, 1);
}

TEST(views_share_memory_and_copies_do_not) {
  const Tensor t = counting({2, 3, 4});
  const Tensor turned = run("aten::permute", "", {t, ints({2, 0, 1})}).to_tensor();
  CHECK(turned.data() == t.data());
  CHECK(!turned.is_contiguous());
  CHECK_EQUAL(shape(turned), (std::vector<std::int64_t>{4, 2, 3}));
  const Tensor dense = turned.contiguous();
  CHECK(dense.data() != t.data());
  CHECK_EQUAL(elements(dense)[1], 4.0F);
  CHECK(run("aten::view", "", {t, ints({6, -1})}).to_tensor().data() == t.data());
  CHECK_ERROR(kRuntime, run("aten::view", "", {turned, ints({-1})}));
  CHECK(run("aten::reshape", "", {turned, ints({-1})}).to_tensor().data() != t.data());
}

TEST(in_place_ops_write_through_views) {
  const Tensor t = counting({3, 4});
  const Tensor column = run("aten::select", "int", {t, 1, 2}).to_tensor();
  run("aten::mul_", "Scalar", {column, 10});
  CHECK_EQUAL(elements(t)[2], 20.0F);
  CHECK_EQUAL(elements(t)[6], 60.0F);
  CHECK_EQUAL(elements(t)[3], 3.0F);
  run("aten::zero_", "", {run("aten::t", "", {t})});
  CHECK_EQUAL(elements(t)[11], 0.0F);
}

TEST(overlapping_writes_are_refused) {
  const Tensor t = counting({5});
  const Value head = run("aten::slice", "Tensor", {t, 0, 0, 4, 1});
  const Value tail = run("aten::slice", "Tensor", {t, 0, 1, 5, 1});
  CHECK_ERROR(kRuntime, run("aten::copy_", "", {tail, head, false}));
}

TEST(types_promote_as_atens) {
  const Tensor floats = counting({2});
  const Tensor longs = Tensor::zeros({2}, DType::kInt64);
  const Tensor scalar = Tensor::zeros({}, DType::kFloat64);
  const auto dtype = [](const Value& v) { return v.to_tensor().dtype(); };
  CHECK(dtype(run("aten::add", "Tensor", {floats, longs, 1})) == DType::kFloat32);
  CHECK(dtype(run("aten::add", "Tensor", {floats, scalar, 1})) == DType::kFloat32);
  CHECK(dtype(run("aten::add", "Tensor", {longs, scalar, 1})) == DType::kFloat64);
  CHECK(dtype(run("aten::add", "Scalar", {longs, 1.5, 1})) == DType::kFloat32);
  CHECK(dtype(run("aten::div", "Tensor", {longs, run("aten::add", "Scalar", {longs, 1, 1})})) == DType::kFloat32);
  CHECK(dtype(run("aten::gt", "Scalar", {floats, 0})) == DType::kBool);
  CHECK_ERROR(kRuntime, run("aten::add_", "Tensor", {longs, floats, 1}));
}

TEST(shapes_broadcast_and_mismatches_say_what) {
  const Tensor column = run("aten::unsqueeze", "", {counting({3}), 1}).to_tensor();
  const Tensor sum = run("aten::add", "Tensor", {column, counting({4}), 1}).to_tensor();
  CHECK_EQUAL(shape(sum), (std::vector<std::int64_t>{3, 4}));
  CHECK_EQUAL(elements(sum)[7], 4.0F);
  std::string message;
  check::error_code([&] { run("aten::add", "Tensor", {counting({3}), counting({4}), 1}); }, &message);
  CHECK(message.find("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0") !=
        std::string::npos);
}

TEST(empty_and_zero_dim_tensors) {
  CHECK_EQUAL(elements(run("aten::sum", "", {Tensor::zeros({0, 3}, DType::kFloat32), Value()}).to_tensor())[0], 0.0F);
  CHECK_EQUAL(run("aten::item", "", {Tensor::zeros({}, DType::kInt64)}).to_int(), 0);
  CHECK_ERROR(kRuntime, run("aten::item", "", {counting({2})}));
  CHECK_ERROR(kRuntime, run("aten::max", "", {Tensor::zeros({0}, DType::kFloat32)}));
}

TEST(matrix_products_of_any_layout) {
  const Tensor a = counting({70, 65});
  const Tensor b = counting({65, 50});
  const Tensor product = run("aten::mm", "", {a, b}).to_tensor();
  const Tensor turned = run("aten::mm", "", {run("aten::t", "", {b}), run("aten::t", "", {a})}).to_tensor();
  const std::vector<float> x = elements(product);
  const std::vector<float> y = elements(run("aten::t", "", {turned}).to_tensor());
  double expected = 0;
  for (int k = 0; k < 65; ++k) expected += (3.0 * 65 + k) * (k * 50.0 + 7);
  CHECK(std::abs(x[3 * 50 + 7] - expected) <= 1e-5 * expected);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(std::abs(x[i] - y[i]) <= 1e-5 * std::abs(x[i]));
}

TEST(indices_outside_are_refused) {
  const Tensor index = Tensor::zeros({1}, DType::kInt64);
  index.data_ptr<std::int64_t>()[0] = 7;
  std::string message;
  const auto read = [&] { run("aten::index_select", "", {counting({2, 3}), 1, index}); };
  CHECK_EQUAL(check::error_code(read, &message), static_cast<int>(ErrorCode::kRuntime));
  CHECK(message.find("out of bounds") != std::string::npos);
  CHECK_ERROR(kRuntime, run("aten::as_strided", "", {counting({4}), ints({3}), ints({2}), 0}));
}

TEST_MAIN()
