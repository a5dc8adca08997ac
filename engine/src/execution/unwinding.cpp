// Errors on their way out of a call: the traceback grows, handlers are tried, frames are popped.
#include <algorithm>

#include "core/raised_error.h"
#include "execution/exception_classes.h"
#include "execution/interpreter.h"
#include "execution/traceback.h"

namespace portfire {
namespace {

// Limits end the call whatever the program says; bugs of ours are not the program's to hide.
bool can_be_caught(const Error& error) {
  return error.code() != ErrorCode::kLimit && error.code() != ErrorCode::kInternal;
}

}  // namespace

bool Interpreter::unwind(Error& error) {
  std::vector<SourceFrame> frames;
  const auto finish = [&] {
    std::reverse(frames.begin(), frames.end());
    error.add_frames(std::move(frames));
  };
  while (!frames_.empty()) {
    const auto offset = static_cast<std::uint32_t>(ip_ - code_->words.data());
    append_frames(frames, *code_, offset);
    if (const Handler* handler = find_handler(error, offset)) {
      finish();
      enter_handler(*handler, error);
      return true;
    }
    // The caller's place is inside its call instruction: the word before the one it returns to.
    const Word* return_to = frames_.back().return_to;
    pop_frame();
    ip_ = return_to ? return_to - 1 : nullptr;
  }
  finish();
  return false;
}

const Handler* Interpreter::find_handler(const Error& error, std::uint32_t offset) const {
  if (!can_be_caught(error)) return nullptr;
  for (const Handler& h : code_->handlers) {
    if (offset < h.begin || offset >= h.end) continue;
    bool matches = h.classes.empty();
    for (const std::uint32_t name : h.classes) {
      matches = matches || exception_is(*code_->program, error.exception_class(), code_->program->strings[name]);
    }
    if (matches) return &h;
  }
  return nullptr;
}

void Interpreter::enter_handler(const Handler& handler, const Error& error) {
  caught_ = exception_of(error);
  caught_error_ = copy_of(error);
  registers_[handler.result] = caught_;
  ip_ = code_->words.data() + handler.target;
}

}  // namespace portfire
