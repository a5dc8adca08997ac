// The lattice of dtypes.
#include "promotion.h"

namespace portfire::kernels {
namespace {

constexpr auto kNone = static_cast<DType>(-1);

DType complex_of(DType d) {
  if (d == DType::kFloat64) return DType::kComplex128;
  return d == DType::kFloat16 ? DType::kComplexHalf : DType::kComplex64;
}

DType promote_or(DType a, DType b) {
  if (a == kNone) return b;
  if (b == kNone) return a;
  return promote_types(a, b);
}

bool has_category(DType d) { return d != kNone; }

DType combine_categories(DType higher, DType lower) {
  if (has_category(higher) && is_complex(higher)) return higher;
  if (has_category(higher) && is_floating(higher)) {
    return has_category(lower) && is_complex(lower) ? complex_of(higher) : higher;
  }
  if (higher == DType::kBool || (has_category(lower) && (is_floating(lower) || is_complex(lower)))) {
    return promote_or(higher, lower);
  }
  return higher != kNone ? higher : lower;
}

DType wrapped_type(DType d) {
  if (is_complex(d)) return DType::kComplex64;
  return is_floating(d) ? kDefaultDType : d;
}

bool is_large_unsigned(DType d) { return d == DType::kUInt16 || d == DType::kUInt32 || d == DType::kUInt64; }

DType promote_integers(DType a, DType b) {
  if (is_large_unsigned(a) || is_large_unsigned(b)) {
    fail("Promotion for uint16, uint32, uint64 types is not supported, attempted to promote ", scalar_type_name(a),
         " and ", scalar_type_name(b));
  }
  if (a == DType::kUInt8 && b == DType::kInt8) return DType::kInt16;
  if (a == DType::kInt8 && b == DType::kUInt8) return DType::kInt16;
  if (a == DType::kUInt8) return b;
  if (b == DType::kUInt8) return a;
  return dtype_size(a) >= dtype_size(b) ? a : b;
}

DType promote_floats(DType a, DType b) {
  if (dtype_size(a) == dtype_size(b)) return DType::kFloat32;  // float16 with bfloat16
  return dtype_size(a) > dtype_size(b) ? a : b;
}

}  // namespace

DType promote_types(DType a, DType b) {
  if (a == b) return a;
  if (is_complex(a) || is_complex(b)) {
    const DType x = real_type(a);
    const DType y = real_type(b);
    const bool x_counts = is_floating(x);
    const bool y_counts = is_floating(y);
    if (x_counts && y_counts) return complex_of(promote_types(x, y));
    return is_complex(a) ? a : b;
  }
  if (is_floating(a) && is_floating(b)) return promote_floats(a, b);
  if (is_floating(a)) return a;
  if (is_floating(b)) return b;
  if (a == DType::kBool) return b;
  if (b == DType::kBool) return a;
  return promote_integers(a, b);
}

DType result_type(std::span<const TensorRef> tensors) {
  DType with_dims = kNone;
  DType zero_dim = kNone;
  DType wrapped = kNone;
  for (const TensorRef& t : tensors) {
    if (t->is_wrapped_number()) {
      wrapped = promote_or(wrapped, wrapped_type(t->dtype()));
    } else if (t->rank() > 0) {
      with_dims = promote_or(with_dims, t->dtype());
    } else {
      zero_dim = promote_or(zero_dim, t->dtype());
    }
  }
  return combine_categories(with_dims, combine_categories(zero_dim, wrapped));
}

bool can_cast(DType from, DType to) {
  if (is_complex(from) && !is_complex(to)) return false;
  if (is_floating(from) && !is_floating(to) && !is_complex(to)) return false;
  return from == DType::kBool || to != DType::kBool;
}

DType real_type(DType d) {
  switch (d) {
    case DType::kComplexHalf:
      return DType::kFloat16;
    case DType::kComplex64:
      return DType::kFloat32;
    case DType::kComplex128:
      return DType::kFloat64;
    default:
      return d;
  }
}

const char* scalar_type_name(DType dtype) noexcept {
  switch (dtype) {
    case DType::kUInt8:
      return "Byte";
    case DType::kInt8:
      return "Char";
    case DType::kInt16:
      return "Short";
    case DType::kInt32:
      return "Int";
    case DType::kInt64:
      return "Long";
    case DType::kFloat16:
      return "Half";
    case DType::kFloat32:
      return "Float";
    case DType::kFloat64:
      return "Double";
    case DType::kComplexHalf:
      return "ComplexHalf";
    case DType::kComplex64:
      return "ComplexFloat";
    case DType::kComplex128:
      return "ComplexDouble";
    case DType::kBool:
      return "Bool";
    case DType::kBFloat16:
      return "BFloat16";
    case DType::kUInt16:
      return "UInt16";
    case DType::kUInt32:
      return "UInt32";
    case DType::kUInt64:
      return "UInt64";
    default:
      return "Undefined";
  }
}

}  // namespace portfire::kernels
