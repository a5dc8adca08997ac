// Schemas without functions: what kernel libraries do with tensor data, and what the program format has instructions
// for. See README.md for what is expected of each.
#include "ops/ops.h"

namespace portfire::ops {
namespace {

constexpr const char* kSchemas[] = {
    // Tensor to number.
    "aten::Int.Tensor(Tensor a) -> int",
    "aten::Float.Tensor(Tensor a) -> float",
    "aten::Bool.Tensor(Tensor a) -> bool",
    "aten::Complex.Tensor_Tensor(Tensor a, Tensor b) -> complex",
    "aten::Complex.Tensor_float(Tensor x, float y) -> complex",
    "aten::Complex.float_Tensor(float x, Tensor y) -> complex",
    "aten::Complex.Tensor_int(Tensor x, int y) -> complex",
    "aten::Complex.int_Tensor(int x, Tensor y) -> complex",
    "aten::Complex.Tensor_bool(Tensor x, bool y) -> complex",
    "aten::Complex.bool_Tensor(bool x, Tensor y) -> complex",
    "aten::IntImplicit(Tensor a) -> int",
    "aten::FloatImplicit(Tensor a) -> float",
    "aten::ComplexImplicit(Tensor a) -> complex",
    "aten::ScalarImplicit(Tensor a) -> Scalar",
    "aten::_tensor_to_list(Tensor self) -> int[]",
    "prim::tolist(...) -> ...",

    // Number to tensor.
    "prim::NumToTensor.Scalar(Scalar a) -> Tensor",
    "prim::NumToTensor.bool(bool a) -> Tensor",
    "aten::tensor.float(float t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
    "aten::tensor.int(int t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
    "aten::tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
    "aten::tensor.complex(complex t, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> "
    "Tensor",
    "aten::tensor(t[] data, *, ScalarType? dtype=None, Device? device=None, bool requires_grad=False) -> Tensor",
    "aten::as_tensor.float(float t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
    "aten::as_tensor.int(int t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
    "aten::as_tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
    "aten::as_tensor.complex(complex t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
    "aten::as_tensor(Tensor(a) data, *, ScalarType? dtype=None, Device? device=None) -> Tensor(b|a)",
    "aten::as_tensor.list(t[] data, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
    "aten::_list_to_tensor(int[] self) -> Tensor",

    // Lists of tensors, compared by their data.
    "aten::eq.Tensor_list(Tensor[] a, Tensor[] b) -> bool",
    "aten::ne.Tensor_list(Tensor[] a, Tensor[] b) -> bool",
    "aten::index.list_Tensor(Tensor[] self, Tensor el) -> int",
    "aten::count.Tensor(Tensor[] self, Tensor el) -> int",
    "aten::remove.Tensor(Tensor[](a!) self, Tensor el) -> ()",
    "aten::sort.Tensor(Tensor[](a!) self, bool reverse=False) -> ()",
    "aten::sorted.Tensor(Tensor[](a) input) -> Tensor[]",

    // Views, copies and attributes.
    "prim::abs(Tensor x) -> Tensor",
    "prim::data(Tensor(a) a) -> Tensor(a)",
    "prim::grad(Tensor a) -> Tensor(*)",
    "prim::layout(Tensor a) -> Layout",
    "prim::name(Tensor a) -> str?",
    "prim::is_sparse(Tensor a) -> bool",
    "prim::is_sparse_csr(Tensor a) -> bool",
    "prim::is_mkldnn(Tensor a) -> bool",
    "prim::is_nested(Tensor a) -> bool",
    "aten::is_non_overlapping_and_dense(Tensor self) -> bool",
    "aten::is_strides_like_format(Tensor self, MemoryFormat memory_format) -> bool",
    "aten::cpu(Tensor(a) self) -> Tensor(b|a)",
    "aten::cuda(Tensor(a) self) -> Tensor(b|a)",
    "aten::to.prim_Device(Tensor(a) self, Device? device, int? dtype=None, bool non_blocking=False, bool copy=False) "
    "-> "
    "Tensor(b|a)",
    "aten::to.prim_dtype(Tensor(a) self, int? dtype=None, bool non_blocking=False, bool copy=False) -> Tensor(b|a)",
    "aten::to.prim_other(Tensor(a) self, bool non_blocking=False, bool copy=False) -> Tensor(b|a)",
    "aten::numpy_T.a(Tensor(a) self) -> Tensor(a)",
    "aten::mT.a(Tensor(a) self) -> Tensor(a)",
    "aten::mH.a(Tensor(a) self) -> Tensor(a)",
    "aten::matrix_H.a(Tensor(a) self) -> Tensor(a)",
    "aten::split(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[]",
    "aten::copy_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)",
    "aten::copy_.int(Tensor(a!) self, int other) -> Tensor(a!)",
    "aten::copy_.float(Tensor(a!) self, float other) -> Tensor(a!)",
    "aten::einsum.sublist(Tensor a, ...) -> Tensor",
    "aten::_grad_sum_to_size(Tensor(a) self, int[]? size) -> Tensor(a)",
    "aten::_ncf_unsqueeze(Tensor(a) self, int ndim) -> Tensor(a)",
    "aten::_ncf_view(Tensor(a) self, int[] input_shape, int normalized_ndim) -> Tensor(a)",
    "aten::dequantize.tensor(Tensor qtensor) -> Tensor",
    "aten::dequantize.list(Tensor[] qtensors) -> Tensor[]",
    "aten::dequantize.any(Any tensors) -> Any",
    "aten::_pack_sequence(Tensor output, Tensor batch_sizes, Tensor? sorted_indices, Tensor? unsorted_indices) -> "
    "(Tensor, Tensor, Tensor?, Tensor?)",

    // Indexing with a list of tensors instead of optional ones.
    "aten::index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor",
    "aten::_unsafe_index.Tensor_hacked_twin(Tensor self, Tensor[] indices) -> Tensor",
    "aten::index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> Tensor",
    "aten::_unsafe_index_put.hacked_twin(Tensor self, Tensor[] indices, Tensor values, bool accumulate=False) -> "
    "Tensor",
    "aten::index_put_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False) -> "
    "Tensor(a!)",
    "aten::_index_put_impl_.hacked_twin(Tensor(a!) self, Tensor[] indices, Tensor values, bool accumulate=False, bool "
    "unsafe=False) -> Tensor(a!)",

    // Resampling.
    "aten::__interpolate(Tensor input, int? size=None, float? scale_factor=None, str mode=\"nearest\", bool? "
    "align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor",
    "aten::__interpolate.size_list(Tensor input, int[]? size=None, float? scale_factor=None, str mode=\"nearest\", "
    "bool? "
    "align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor",
    "aten::__interpolate.scale_list(Tensor input, int? size=None, float[]? scale_factor=None, str mode=\"nearest\", "
    "bool? "
    "align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor",
    "aten::__interpolate.size_list_scale_list(Tensor input, int[]? size=None, float[]? scale_factor=None, str "
    "mode=\"nearest\", bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor",
    "aten::__upsample(Tensor input, int? size=None, int? scale_factor=None, str mode=\"nearest\", bool? "
    "align_corners=None) -> Tensor",
    "aten::__upsample.size_list(Tensor input, int[]? size=None, int? scale_factor=None, str mode=\"nearest\", bool? "
    "align_corners=None) -> Tensor",
    "aten::__upsample_nearest(Tensor input, int? size=None, int? scale_factor=None) -> Tensor",
    "aten::__upsample_nearest.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor",
    "aten::__upsample_bilinear(Tensor input, int? size=None, int? scale_factor=None) -> Tensor",
    "aten::__upsample_bilinear.size_list(Tensor input, int[]? size=None, int? scale_factor=None) -> Tensor",
    "aten::__upsample_bilinear.scale_list(Tensor input, int? size=None, int[]? scale_factor=None) -> Tensor",
    "aten::__upsample_bilinear.size_list_scale_list(Tensor input, int[]? size=None, int[]? scale_factor=None) -> "
    "Tensor",

    // Initialisation without gradients.
    "aten::_no_grad_uniform_(Tensor(a!) tensor, float a, float b, Generator? generator=None) -> Tensor(a!)",
    "aten::_no_grad_normal_(Tensor(a!) tensor, float mean, float std, Generator? generator=None) -> Tensor(a!)",
    "aten::_no_grad_fill_(Tensor(a!) tensor, float val) -> Tensor(a!)",
    "aten::_no_grad_zero_(Tensor(a!) tensor) -> Tensor(a!)",
    "aten::_no_grad_embedding_renorm_(Tensor weight, Tensor input, float max_norm, float norm_type) -> Tensor",

    // Gradients and the state around them.
    "aten::is_grad_enabled() -> bool",
    "aten::set_grad_enabled(bool val) -> ()",
    "aten::backward(Tensor self, Tensor? gradient=None, bool? retain_graph=None, bool create_graph=False) -> ()",
    "aten::backward.TensorList(Tensor[] tensors, Tensor?[]? grad_tensors=None, bool? retain_graph=None, bool "
    "create_graph=False) -> ()",
    "aten::grad(Tensor[] outputs, Tensor[] inputs, Tensor?[]? grad_outputs=None, bool? retain_graph=None, bool "
    "create_graph=False, bool allow_unused=False) -> Tensor?[]",
    "prim::AutogradAdd(Any a, Any b) -> Any",
    "prim::AutogradZero() -> Tensor",
    "prim::AutogradAllNonZero(...) -> bool",
    "prim::AutogradAllZero(...) -> bool",
    "prim::AutogradAnyNonZero(...) -> bool",
    "aten::is_autocast_enabled() -> bool",
    "aten::is_autocast_cpu_enabled() -> bool",
    "aten::get_autocast_dtype(str device_type) -> ScalarType",
    // The state before, for the other: whether it was enabled, its dtype, whether it kept what it had cast.
    "prim::enter_autocast(str device_type, ScalarType? dtype=None, bool enabled=True, bool? cache_enabled=None) -> "
    "int[]",
    "prim::leave_autocast(str device_type, int[] before) -> ()",

    // Random numbers, files, messages, the machine.
    "aten::Generator(*, Device? device=None, int? seed=None) -> Generator",
    "aten::manual_seed(int seed) -> ()",
    "aten::manual_seed.generator(Generator(a!) self, int seed) -> Generator(a!)",
    "aten::initial_seed(Generator self) -> int",
    "aten::seed(Generator(a!) self) -> int",
    "aten::save(t item, str filename) -> ()",
    "aten::warn(str message, int stacklevel=2) -> ()",
    "portfire::warn(str message, str category, int stacklevel=2) -> ()",
    "aten::_get_cpu_capability() -> str",
};

constexpr const char* kInstructions[] = {
    "prim::RaiseException(str msg, str? cls=None) -> ()",
    "prim::Print(...) -> ()",
    "aten::wait(Future(t) self) -> t",
};

}  // namespace

std::span<const char* const> library_op_schemas() { return kSchemas; }

std::span<const char* const> instruction_schemas() { return kInstructions; }

}  // namespace portfire::ops
