#include "errors.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <exception>
#include <new>
#include <string>

#include "portfire/aten.h"
#include "portfire/error.h"

namespace portfire::aten {
namespace {

std::atomic<ExceptionTranslator> g_translator{nullptr};
std::atomic<WarningHandler> g_warning_handler{nullptr};

[[noreturn]] void throw_as(const char* python_class, const c10::Error& e) {
  throw Error(ErrorCode::kRuntime, python_class, e.what_without_backtrace());
}

}  // namespace

void set_exception_translator(ExceptionTranslator translator) noexcept { g_translator = translator; }
void set_warning_handler(WarningHandler handler) noexcept { g_warning_handler = handler; }
WarningHandler warning_handler() noexcept { return g_warning_handler; }

void throw_wrong_arity(std::size_t expected, std::size_t found) {
  throw Error(ErrorCode::kInvalidProgram, "an operator that takes " + std::to_string(expected) +
                                              " operands is called with " + std::to_string(found) +
                                              ", or with too few results");
}

void rethrow_as_error() {
  if (const ExceptionTranslator translate = g_translator) translate();
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const c10::IndexError& e) {
    throw_as("IndexError", e);
  } catch (const c10::ValueError& e) {
    throw_as("ValueError", e);
  } catch (const c10::TypeError& e) {
    throw_as("TypeError", e);
  } catch (const c10::NotImplementedError& e) {
    throw_as("NotImplementedError", e);
  } catch (const c10::LinAlgError& e) {
    throw_as("torch.linalg.LinAlgError", e);
  } catch (const c10::OutOfMemoryError& e) {
    throw_as("torch.OutOfMemoryError", e);
  } catch (const c10::Error& e) {
    throw_as("RuntimeError", e);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kRuntime, "MemoryError", "out of memory");
  } catch (const std::exception& e) {
    throw Error(ErrorCode::kRuntime, "RuntimeError", e.what());
  }
}

}  // namespace portfire::aten
