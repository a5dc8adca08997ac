#include "execution/traceback.h"

#include <algorithm>
#include <string_view>

#include "portfire/program.h"
#include "program/linked_program.h"

namespace portfire {
namespace {

std::string_view strip(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

// The line of a source; empty if the source was saved without text.
std::string_view line_text(std::string_view text, std::uint32_t first_line, std::uint32_t line) {
  if (line < first_line) return {};
  for (std::uint32_t skip = line - first_line; skip > 0; --skip) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return strip(text.substr(0, text.find('\n')));
}

SourceFrame frame_of(const LinkedProgram& program, const Position& p) {
  SourceFrame frame;
  frame.line = p.line;
  frame.column = p.column;
  frame.function = program.strings[p.function];
  if (p.source == 0) {
    frame.file = "<unknown>";
    return frame;
  }
  const SourceRecord& source = program.sources[p.source - 1];
  frame.file = program.strings[source.path];
  frame.text = line_text(program.strings[source.text], source.first_line, p.line);
  return frame;
}

const Position* position_at(const FunctionCode& code, std::uint32_t offset) {
  const auto after = std::upper_bound(code.positions.begin(), code.positions.end(), offset,
                                      [](std::uint32_t o, const Position& p) { return o < p.offset; });
  return after == code.positions.begin() ? nullptr : &*(after - 1);
}

}  // namespace

void append_frames(std::vector<SourceFrame>& frames, const FunctionCode& code, std::uint32_t offset) {
  const Position* position = position_at(code, offset);
  if (!position) {
    SourceFrame frame;
    frame.file = "<unknown>";
    frame.function = code.function->name();
    frames.push_back(std::move(frame));
    return;
  }
  frames.push_back(frame_of(*code.program, *position));
  for (auto it = position->inlined_through.rbegin(); it != position->inlined_through.rend(); ++it) {
    frames.push_back(frame_of(*code.program, code.positions[*it]));
  }
}

}  // namespace portfire
