/* portfire's C API: load a model, run it on the caller's memory, read what comes out. For any language that calls C.
 *
 *   portfire_module* module = NULL;
 *   portfire_error* error = NULL;
 *   if (portfire_load("model.pt", &module, &error) != 0) { puts(portfire_error_message(error)); ... }
 *   int64_t sizes[] = {1, 3, 224, 224};
 *   portfire_value* input = portfire_tensor_over(pixels, sizes, 4, PORTFIRE_FLOAT32, NULL, NULL);
 *   portfire_value* output = NULL;
 *   portfire_run(module, "forward", &input, 1, NULL, &output, &error);
 *   const float* scores = portfire_tensor_data(output);
 *
 * Ownership: what a function hands out through `out` or returns is the caller's, to be freed by the function of its
 * kind; NULL may be freed. `const` pointers read from a value are valid until that value is freed. Threads: any number
 * may run one module at once; values and errors belong to one thread at a time. Errors: functions that can fail return
 * 0, or an error code (the numbers of portfire::ErrorCode, error.h), and then store an error for the caller to free, if
 * `error` is not NULL. They never abort and no C++ exception leaves them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "portfire/export.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct portfire_module portfire_module;
typedef struct portfire_value portfire_value;
typedef struct portfire_error portfire_error;

typedef enum portfire_kind {
  PORTFIRE_KIND_NONE = 0,
  PORTFIRE_KIND_BOOL = 1,
  PORTFIRE_KIND_INT = 2,
  PORTFIRE_KIND_DOUBLE = 3,
  PORTFIRE_KIND_STRING = 4,
  PORTFIRE_KIND_TENSOR = 5,
  PORTFIRE_KIND_LIST = 6,
  PORTFIRE_KIND_TUPLE = 7,
  PORTFIRE_KIND_DICT = 8,
  PORTFIRE_KIND_OTHER = 9
} portfire_kind;

/* torch's own numbers (c10::ScalarType). */
typedef enum portfire_dtype {
  PORTFIRE_UINT8 = 0,
  PORTFIRE_INT8 = 1,
  PORTFIRE_INT16 = 2,
  PORTFIRE_INT32 = 3,
  PORTFIRE_INT64 = 4,
  PORTFIRE_FLOAT16 = 5,
  PORTFIRE_FLOAT32 = 6,
  PORTFIRE_FLOAT64 = 7,
  PORTFIRE_BOOL = 11,
  PORTFIRE_BFLOAT16 = 15
} portfire_dtype;

/* Limits of one call; 0 everywhere: none. */
typedef struct portfire_limits {
  uint64_t max_steps;
  uint32_t max_depth;
} portfire_limits;

PORTFIRE_EXPORT const char* portfire_version(void);

/* The module of a model file, on the engine's own kernels. */
PORTFIRE_EXPORT int32_t portfire_load(const char* path, portfire_module** out, portfire_error** error);
PORTFIRE_EXPORT void portfire_module_free(portfire_module* module);
/* Runs a method. The inputs stay the caller's. `limits` may be NULL. */
PORTFIRE_EXPORT int32_t portfire_run(const portfire_module* module, const char* method, portfire_value* const* inputs,
                                     size_t input_count, const portfire_limits* limits, portfire_value** out,
                                     portfire_error** error);

/* New values. NULL if memory is exhausted, or an argument makes no sense. */
PORTFIRE_EXPORT portfire_value* portfire_none(void);
PORTFIRE_EXPORT portfire_value* portfire_bool(int32_t value);
PORTFIRE_EXPORT portfire_value* portfire_int(int64_t value);
PORTFIRE_EXPORT portfire_value* portfire_double(double value);
PORTFIRE_EXPORT portfire_value* portfire_string(const char* utf8, size_t length);
/* A contiguous tensor over the caller's memory, which is not copied: it must stay valid until `release(context)` is
 * called, when the last tensor over it is gone. Without `release`: until this value and all that came out of runs on it
 * are freed. */
PORTFIRE_EXPORT portfire_value* portfire_tensor_over(void* data, const int64_t* sizes, size_t rank,
                                                     portfire_dtype dtype, void (*release)(void* context),
                                                     void* context);
/* A list or tuple of values, which stay the caller's. */
PORTFIRE_EXPORT portfire_value* portfire_list(portfire_value* const* items, size_t count);
PORTFIRE_EXPORT portfire_value* portfire_tuple(portfire_value* const* items, size_t count);
PORTFIRE_EXPORT void portfire_value_free(portfire_value* value);

/* Reading. On a value of another kind: 0, 0.0 or NULL. */
PORTFIRE_EXPORT portfire_kind portfire_value_kind(const portfire_value* value);
PORTFIRE_EXPORT int64_t portfire_value_int(const portfire_value* value);   /* bool or int */
PORTFIRE_EXPORT double portfire_value_double(const portfire_value* value); /* bool, int or double */
PORTFIRE_EXPORT const char* portfire_value_string(const portfire_value* value, size_t* length);
/* Items of a list or tuple, entries of a dict. */
PORTFIRE_EXPORT size_t portfire_value_count(const portfire_value* value);
PORTFIRE_EXPORT portfire_value* portfire_value_item(const portfire_value* value, size_t index);
PORTFIRE_EXPORT portfire_value* portfire_value_key(const portfire_value* value, size_t index);

PORTFIRE_EXPORT size_t portfire_tensor_rank(const portfire_value* value);
PORTFIRE_EXPORT const int64_t* portfire_tensor_sizes(const portfire_value* value);
PORTFIRE_EXPORT int32_t portfire_tensor_dtype(const portfire_value* value); /* -1: no tensor */
/* The elements, contiguous; NULL if the tensor is not in the host's memory. */
PORTFIRE_EXPORT const void* portfire_tensor_data(portfire_value* value);

PORTFIRE_EXPORT int32_t portfire_error_code(const portfire_error* error);
/* The message with the model's traceback, and the message alone. */
PORTFIRE_EXPORT const char* portfire_error_message(const portfire_error* error);
PORTFIRE_EXPORT const char* portfire_error_summary(const portfire_error* error);
/* The Python exception class: "ValueError". */
PORTFIRE_EXPORT const char* portfire_error_class(const portfire_error* error);
PORTFIRE_EXPORT void portfire_error_free(portfire_error* error);

#ifdef __cplusplus
}
#endif
