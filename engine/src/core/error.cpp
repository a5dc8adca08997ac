// Errors and how they render: a Python-like traceback, then "Class: message".
#include "portfire/error.h"

#include <iterator>

namespace portfire {
namespace {

const char* default_class(ErrorCode code) {
  switch (code) {
    case ErrorCode::kType:
    case ErrorCode::kBadArgument:
      return "TypeError";
    case ErrorCode::kIo:
      return "OSError";
    default:
      return "RuntimeError";
  }
}

constexpr std::size_t kShownRepeats = 3;  // of one line in a recursion, as Python does

bool is_same_place(const SourceFrame& a, const SourceFrame& b) {
  return a.line == b.line && a.file == b.file && a.function == b.function;
}

std::string frame_text(const SourceFrame& frame) {
  std::string out =
      "  File \"" + frame.file + "\", line " + std::to_string(frame.line) + ", in " + frame.function + "\n";
  if (!frame.text.empty()) out += "    " + frame.text + "\n";
  return out;
}

}  // namespace

Error::Error(ErrorCode code, const std::string& message) : Error(code, default_class(code), message) {}

Error::Error(ErrorCode code, std::string exception_class, const std::string& message)
    : std::runtime_error(message), code_(code), exception_class_(std::move(exception_class)), message_(message) {
  render();
}

Error::~Error() = default;

void Error::add_frames(std::vector<SourceFrame> outer) {
  outer.insert(outer.end(), std::make_move_iterator(traceback_.begin()), std::make_move_iterator(traceback_.end()));
  traceback_ = std::move(outer);
  render();
}

void Error::render() {
  what_.clear();
  if (traceback_.empty()) {
    what_ = message_;
    return;
  }
  what_ = "Traceback of the model (most recent call last):\n";
  std::size_t repeats = 0;
  for (std::size_t i = 0; i < traceback_.size(); ++i) {
    repeats = i > 0 && is_same_place(traceback_[i], traceback_[i - 1]) ? repeats + 1 : 0;
    if (repeats < kShownRepeats) what_ += frame_text(traceback_[i]);
    const bool ends = i + 1 == traceback_.size() || !is_same_place(traceback_[i], traceback_[i + 1]);
    if (ends && repeats >= kShownRepeats) {
      what_ += "  [Previous line repeated " + std::to_string(repeats - kShownRepeats + 1) + " more times]\n";
    }
  }
  what_ += exception_class_;
  if (!message_.empty()) what_ += ": " + message_;
}

}  // namespace portfire
