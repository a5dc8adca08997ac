// The C API: handles around the C++ API, exceptions turned into codes.
#include <new>
#include <optional>
#include <span>

#include "portfire/c.h"
#include "portfire/portfire.h"

struct portfire_module {
  portfire::Module module;
};
struct portfire_value {
  portfire::Value value;
};
struct portfire_error {
  portfire::Error error;
};

namespace {

using portfire::Error;
using portfire::ErrorCode;
using portfire::Value;

std::int32_t report(const Error& e, portfire_error** out) noexcept {
  if (out) *out = new (std::nothrow) portfire_error{e};
  return static_cast<std::int32_t>(e.code());
}

// Runs `f`; its exceptions become a code and an error for the caller.
template <typename F>
std::int32_t guarded(portfire_error** error, F&& f) noexcept {
  if (error) *error = nullptr;
  try {
    f();
    return 0;
  } catch (const Error& e) {
    return report(e, error);
  } catch (const std::bad_alloc&) {
    return static_cast<std::int32_t>(ErrorCode::kLimit);
  } catch (const std::exception& e) {
    try {
      return report(Error(ErrorCode::kInternal, e.what()), error);
    } catch (...) {
      return static_cast<std::int32_t>(ErrorCode::kInternal);
    }
  } catch (...) {
    return static_cast<std::int32_t>(ErrorCode::kInternal);
  }
}

// A new handle on what `make` gives; NULL if that fails.
template <typename F>
portfire_value* new_value(F&& make) noexcept {
  try {
    return new portfire_value{make()};
  } catch (...) {
    return nullptr;
  }
}

std::vector<Value> values_of(portfire_value* const* items, std::size_t count) {
  std::vector<Value> values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!items[i]) throw Error(ErrorCode::kBadArgument, "value " + std::to_string(i) + " is NULL");
    values.push_back(items[i]->value);
  }
  return values;
}

// The n-th live entry of a dict.
const portfire::DictBox::Entry* entry_at(const portfire::DictBox& dict, std::size_t n) {
  for (const auto& entry : dict.entries()) {
    if (entry.live && n-- == 0) return &entry;
  }
  return nullptr;
}

std::optional<std::span<const Value>> items_of(const Value& v) {
  if (v.is_list()) return v.to_list().items;
  if (v.is_tuple()) return v.to_tuple().items;
  return std::nullopt;
}

}  // namespace

extern "C" {

const char* portfire_version(void) { return portfire::version(); }

std::int32_t portfire_load(const char* path, portfire_module** out, portfire_error** error) {
  return guarded(error, [&] {
    if (!path || !out) throw Error(ErrorCode::kBadArgument, "path and out must not be NULL");
    *out = nullptr;
    *out = new portfire_module{portfire::load(path)};
  });
}

void portfire_module_free(portfire_module* module) { delete module; }

std::int32_t portfire_run(const portfire_module* module, const char* method, portfire_value* const* inputs,
                          std::size_t input_count, const portfire_limits* limits, portfire_value** out,
                          portfire_error** error) {
  return guarded(error, [&] {
    if (!module || !method || !out || (!inputs && input_count > 0)) {
      throw Error(ErrorCode::kBadArgument, "module, method, inputs and out must not be NULL");
    }
    *out = nullptr;
    portfire::CallOptions options;
    if (limits) options.max_steps = limits->max_steps;
    if (limits && limits->max_depth > 0) options.max_depth = limits->max_depth;
    *out = new portfire_value{module->module.get_method(method)(values_of(inputs, input_count), {}, options)};
  });
}

portfire_value* portfire_none(void) {
  return new_value([] { return Value(); });
}
portfire_value* portfire_bool(std::int32_t value) {
  return new_value([=] { return Value(value != 0); });
}
portfire_value* portfire_int(std::int64_t value) {
  return new_value([=] { return Value(value); });
}
portfire_value* portfire_double(double value) {
  return new_value([=] { return Value(value); });
}
portfire_value* portfire_string(const char* utf8, std::size_t length) {
  return new_value([=] { return Value(std::string(utf8, length)); });
}

portfire_value* portfire_tensor_over(void* data, const std::int64_t* sizes, std::size_t rank, portfire_dtype dtype,
                                     void (*release)(void* context), void* context) {
  return new_value([=] {
    std::function<void()> deleter;
    if (release) deleter = [release, context] { release(context); };
    return Value(portfire::Tensor::from_blob(data, std::vector<std::int64_t>(sizes, sizes + rank),
                                             static_cast<portfire::DType>(dtype), std::move(deleter)));
  });
}

portfire_value* portfire_list(portfire_value* const* items, std::size_t count) {
  return new_value([=] { return Value::list(nullptr, values_of(items, count)); });
}
portfire_value* portfire_tuple(portfire_value* const* items, std::size_t count) {
  return new_value([=] { return Value::tuple(values_of(items, count)); });
}
void portfire_value_free(portfire_value* value) { delete value; }

portfire_kind portfire_value_kind(const portfire_value* value) {
  using portfire::Tag;
  switch (value->value.tag()) {
    case Tag::kNone:
      return PORTFIRE_KIND_NONE;
    case Tag::kBool:
      return PORTFIRE_KIND_BOOL;
    case Tag::kInt:
      return PORTFIRE_KIND_INT;
    case Tag::kDouble:
      return PORTFIRE_KIND_DOUBLE;
    case Tag::kString:
      return PORTFIRE_KIND_STRING;
    case Tag::kTensor:
      return PORTFIRE_KIND_TENSOR;
    case Tag::kList:
      return PORTFIRE_KIND_LIST;
    case Tag::kTuple:
      return PORTFIRE_KIND_TUPLE;
    case Tag::kDict:
      return PORTFIRE_KIND_DICT;
    default:
      return PORTFIRE_KIND_OTHER;
  }
}

std::int64_t portfire_value_int(const portfire_value* value) {
  const Value& v = value->value;
  if (v.is_bool()) return v.to_bool() ? 1 : 0;
  return v.is_int() ? v.to_int() : 0;
}
double portfire_value_double(const portfire_value* value) {
  const Value& v = value->value;
  return v.is_number() && !v.is_complex() ? v.number_to_double() : 0.0;
}
const char* portfire_value_string(const portfire_value* value, std::size_t* length) {
  if (!value->value.is_string()) return nullptr;
  const std::string& text = value->value.to_string();
  if (length) *length = text.size();
  return text.c_str();
}

std::size_t portfire_value_count(const portfire_value* value) {
  const Value& v = value->value;
  if (v.is_dict()) return v.to_dict().size();
  const std::optional<std::span<const Value>> items = items_of(v);
  return items ? items->size() : 0;
}
portfire_value* portfire_value_item(const portfire_value* value, std::size_t index) {
  const Value& v = value->value;
  if (v.is_dict()) {
    const auto* entry = entry_at(v.to_dict(), index);
    return entry ? new_value([&] { return entry->value; }) : nullptr;
  }
  const std::optional<std::span<const Value>> items = items_of(v);
  if (!items || index >= items->size()) return nullptr;
  return new_value([&] { return (*items)[index]; });
}
portfire_value* portfire_value_key(const portfire_value* value, std::size_t index) {
  if (!value->value.is_dict()) return nullptr;
  const auto* entry = entry_at(value->value.to_dict(), index);
  return entry ? new_value([&] { return entry->key; }) : nullptr;
}

std::size_t portfire_tensor_rank(const portfire_value* value) {
  return value->value.is_tensor() ? static_cast<std::size_t>(value->value.tensor_box().dim()) : 0;
}
const std::int64_t* portfire_tensor_sizes(const portfire_value* value) {
  return value->value.is_tensor() ? value->value.tensor_box().sizes().data() : nullptr;
}
std::int32_t portfire_tensor_dtype(const portfire_value* value) {
  return value->value.is_tensor() ? static_cast<std::int32_t>(value->value.tensor_box().dtype()) : -1;
}
const void* portfire_tensor_data(portfire_value* value) {
  try {
    if (!value->value.is_tensor()) return nullptr;
    portfire::Tensor contiguous = value->value.to_tensor().contiguous();
    value->value = contiguous;
    return contiguous.data();
  } catch (...) {
    return nullptr;
  }
}

std::int32_t portfire_error_code(const portfire_error* error) { return static_cast<std::int32_t>(error->error.code()); }
const char* portfire_error_message(const portfire_error* error) { return error->error.what(); }
const char* portfire_error_summary(const portfire_error* error) { return error->error.message().c_str(); }
const char* portfire_error_class(const portfire_error* error) { return error->error.exception_class().c_str(); }
void portfire_error_free(portfire_error* error) { delete error; }

}  // extern "C"
