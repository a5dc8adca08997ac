// What can be asked of any library's tensor without touching its data: sizes, strides, dtype, device. The dispatcher
// knows some of these ops as well; here they cost no call into it, and programs on other libraries have them too.
#include "ops/bind.h"
#include "ops/ops.h"
#include "ops/raise.h"

namespace portfire::ops {
namespace {

Value int_list(std::span<const std::int64_t> numbers) {
  return Value::list(Type::leaf(TypeKind::kInt), std::vector<Value>(numbers.begin(), numbers.end()));
}

Value sizes(TensorBox& t) { return int_list(t.sizes()); }
Value strides(TensorBox& t) { return int_list(t.strides()); }
std::int64_t dimensions(TensorBox& t) { return t.dim(); }

std::int64_t length(TensorBox& t) {
  if (t.sizes().empty()) raise_type_error("len() of a 0-d tensor");
  return t.sizes()[0];
}

// A dimension that may count from the end. A tensor without dimensions has one to ask for, as in torch: 0 or -1.
std::size_t checked_dimension(std::int64_t dimension, std::int64_t count) {
  const std::int64_t range = count > 0 ? count : 1;
  if (dimension < -range || dimension >= range) {
    raise_index_error("Dimension out of range (expected to be in range of [" + std::to_string(-range) + ", " +
                      std::to_string(range - 1) + "], but got " + std::to_string(dimension) + ")");
  }
  if (count == 0) {
    raise_index_error("Dimension specified as " + std::to_string(dimension) + " but tensor has no dimensions");
  }
  return static_cast<std::size_t>(dimension < 0 ? dimension + count : dimension);
}

std::int64_t size_of_dimension(TensorBox& t, std::int64_t d) { return t.sizes()[checked_dimension(d, dimensions(t))]; }
std::int64_t stride_of_dimension(TensorBox& t, std::int64_t d) {
  return t.strides()[checked_dimension(d, dimensions(t))];
}

std::int64_t element_size(TensorBox& t) { return static_cast<std::int64_t>(dtype_size(t.dtype())); }

bool is_contiguous(TensorBox& t) {
  if (t.numel() == 0) return true;
  std::int64_t expected = 1;
  for (std::size_t i = t.sizes().size(); i-- > 0; expected *= t.sizes()[i]) {
    if (t.sizes()[i] != 1 && t.strides()[i] != expected) return false;
  }
  return true;
}

bool is_floating(DType t) {
  return t == DType::kFloat16 || t == DType::kFloat32 || t == DType::kFloat64 || t == DType::kBFloat16;
}
bool is_complex(DType t) { return t == DType::kComplexHalf || t == DType::kComplex64 || t == DType::kComplex128; }
bool is_quantized(DType t) { return t == DType::kQInt8 || t == DType::kQUInt8 || t == DType::kQInt32; }
bool is_signed(DType t) {
  return t != DType::kUInt8 && t != DType::kBool && t != DType::kUInt16 && t != DType::kUInt32 && t != DType::kUInt64 &&
         t != DType::kQUInt8;
}

enum class Kind { kCpu, kCuda, kXpu, kXla, kMaia, kIpu, kVulkan, kMps, kMtia, kMeta };
constexpr const char* kTypes[] = {"cpu", "cuda", "xpu", "xla", "maia", "ipu", "vulkan", "mps", "mtia", "meta"};

template <Kind kind>
bool is_on(TensorBox& t) {
  return t.device().type == kTypes[static_cast<int>(kind)];
}

void no_torch_function(Call& call) {
  if (call.result_count() > 0) call.set_result(false);
}

constexpr OpEntry kOps[] = {
    {"aten::size(Tensor self) -> int[]", op<sizes>},
    {"aten::size.int(Tensor self, int dim) -> int", op<size_of_dimension>},
    {"aten::sym_size(Tensor self) -> SymInt[]", op<sizes>},
    {"aten::sym_size.int(Tensor self, int dim) -> SymInt", op<size_of_dimension>},
    {"aten::stride(Tensor self) -> int[]", op<strides>},
    {"aten::stride.int(Tensor self, int dim) -> int", op<stride_of_dimension>},
    {"aten::sym_stride(Tensor self) -> SymInt[]", op<strides>},
    {"aten::sym_stride.int(Tensor self, int dim) -> SymInt", op<stride_of_dimension>},
    {"aten::dim(Tensor self) -> int", op<dimensions>},
    {"aten::len.Tensor(Tensor t) -> int", op<length>},
    {"aten::numel(Tensor self) -> int", op<[](TensorBox& t) { return t.numel(); }>},
    {"aten::sym_numel(Tensor self) -> SymInt", op<[](TensorBox& t) { return t.numel(); }>},
    {"aten::is_contiguous(Tensor self) -> bool", op<is_contiguous>},
    {"aten::is_floating_point(Tensor self) -> bool", op<[](TensorBox& t) { return is_floating(t.dtype()); }>},
    {"aten::is_complex(Tensor self) -> bool", op<[](TensorBox& t) { return is_complex(t.dtype()); }>},
    {"aten::is_signed(Tensor self) -> bool", op<[](TensorBox& t) { return is_signed(t.dtype()); }>},
    {"aten::element_size(Tensor self) -> int", op<element_size>},
    {"prim::itemsize(Tensor a) -> int", op<element_size>},
    {"prim::nbytes(Tensor a) -> int", op<[](TensorBox& t) { return t.numel() * element_size(t); }>},
    {"prim::dtype(Tensor a) -> int", op<[](TensorBox& t) { return static_cast<std::int64_t>(t.dtype()); }>},
    {"prim::device(Tensor a) -> Device", op<[](TensorBox& t) { return t.device(); }>},
    {"prim::requires_grad(Tensor a) -> bool", op<[](TensorBox& t) { return t.requires_grad(); }>},
    {"prim::is_quantized(Tensor a) -> bool", op<[](TensorBox& t) { return is_quantized(t.dtype()); }>},
    {"prim::is_cpu(Tensor a) -> bool", op<is_on<Kind::kCpu>>},
    {"prim::is_cuda(Tensor a) -> bool", op<is_on<Kind::kCuda>>},
    {"prim::is_xpu(Tensor a) -> bool", op<is_on<Kind::kXpu>>},
    {"prim::is_xla(Tensor a) -> bool", op<is_on<Kind::kXla>>},
    {"prim::is_maia(Tensor a) -> bool", op<is_on<Kind::kMaia>>},
    {"prim::is_ipu(Tensor a) -> bool", op<is_on<Kind::kIpu>>},
    {"prim::is_vulkan(Tensor a) -> bool", op<is_on<Kind::kVulkan>>},
    {"prim::is_mps(Tensor a) -> bool", op<is_on<Kind::kMps>>},
    {"prim::is_mtia(Tensor a) -> bool", op<is_on<Kind::kMtia>>},
    {"prim::is_meta(Tensor a) -> bool", op<is_on<Kind::kMeta>>},
    // What a program is while it runs: compiled, and never traced.
    {"aten::is_scripting() -> bool", op<[]() { return true; }>},
    {"aten::_get_tracing_state() -> bool", op<[]() { return false; }>},
    {"aten::has_torch_function(...) -> bool", no_torch_function},
};

}  // namespace

std::span<const OpEntry> tensor_metadata_ops() { return kOps; }

}  // namespace portfire::ops
