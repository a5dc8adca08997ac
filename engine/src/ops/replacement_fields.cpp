// str.format(): literal text and fields {[index]["[" index "]"][!conversion][:spec]}; a spec may hold fields itself,
// once.
#include "ops/replacement_fields.h"

#include <algorithm>

#include "ops/format_spec.h"
#include "ops/number_text.h"
#include "ops/raise.h"
#include "ops/sequence.h"
#include "ops/unicode.h"

namespace portfire::ops {
namespace {

// Fields are numbered by hand or automatically, all of them alike.
class FieldNumbers {
 public:
  std::size_t next() {
    if (mode_ == Mode::kManual) {
      raise_value_error("cannot switch from manual field specification to automatic field numbering");
    }
    mode_ = Mode::kAutomatic;
    return count_++;
  }
  std::size_t given(std::string_view digits) {
    if (mode_ == Mode::kAutomatic) {
      raise_value_error("cannot switch from automatic field numbering to manual field specification");
    }
    mode_ = Mode::kManual;
    if (digits.size() > 18) raise_value_error("Too many decimal digits in format string");
    return static_cast<std::size_t>(parse_int(std::string(digits)));
  }

 private:
  enum class Mode { kUndecided, kManual, kAutomatic } mode_ = Mode::kUndecided;
  std::size_t count_ = 0;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The item of a list or tuple, or the value of a dict's key, that "[key]" in a field names.
Value item(const Value& holder, std::string_view key) {
  if (key.empty()) raise_value_error("Empty attribute in format string");
  if (holder.is_dict()) {
    const Value wanted = is_number(key) ? Value(parse_int(std::string(key))) : Value(key);
    const Value* found = holder.to_dict().find(wanted);
    if (!found) raise_key_error(wanted);
    return *found;
  }
  if (!holder.is_list() && !holder.is_tuple()) raise_type_error("a format field indexes a value without items");
  const std::span<const Value> items =
      holder.is_list() ? std::span<const Value>(holder.to_list().items) : holder.to_tuple().items;
  if (!is_number(key)) raise_type_error("list indices must be integers or slices, not str");
  return items[checked_index(parse_int(std::string(key)), items.size(), "list index out of range")];
}

Value field_value(std::string_view name, std::span<const Value> arguments, FieldNumbers& numbers) {
  const std::size_t end = std::min(name.find_first_of(".["), name.size());
  const std::string_view first = name.substr(0, end);
  if (!first.empty() && !is_number(first)) raise_key_error(Value(first));
  const std::size_t index = first.empty() ? numbers.next() : numbers.given(first);
  if (index >= arguments.size()) {
    raise_index_error("Replacement index " + std::to_string(index) + " out of range for positional args tuple");
  }
  Value value = arguments[index];
  for (std::string_view rest = name.substr(end); !rest.empty();) {
    if (rest[0] != '[') raise("AttributeError", "format fields cannot read attributes: " + std::string(name));
    const std::size_t close = rest.find(']');
    if (close == std::string_view::npos) raise_value_error("Missing ']' in format string");
    value = item(value, rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
    if (!rest.empty() && rest[0] != '[' && rest[0] != '.') {
      raise_value_error("Only '.' or '[' may follow ']' in format field specifier");
    }
  }
  return value;
}

Value converted(const Value& value, std::string_view conversion) {
  if (conversion == "r") return value_repr(value);
  if (conversion == "s") return value_str(value);
  if (conversion == "a") return ascii_repr(value);
  raise_value_error("Unknown conversion specifier " + std::string(conversion));
}

struct Field {
  std::string_view name, conversion, spec;
  bool has_conversion = false;
};

Field parse_field(std::string_view text) {
  Field field;
  // Brackets may hold ':' and '!'.
  std::size_t at = 0;
  for (bool in_brackets = false; at < text.size(); ++at) {
    if (text[at] == '[') in_brackets = true;
    if (text[at] == ']') in_brackets = false;
    if (text[at] == '{' && !in_brackets) raise_value_error("unexpected '{' in field name");
    if (!in_brackets && (text[at] == ':' || text[at] == '!')) break;
  }
  field.name = text.substr(0, at);
  if (at < text.size() && text[at] == '!') {
    field.has_conversion = true;
    const std::size_t colon = std::min(text.find(':', at), text.size());
    field.conversion = text.substr(at + 1, colon - at - 1);
    if (field.conversion.empty()) raise_value_error("unmatched '{' in format spec");
    if (field.conversion.size() > 1) raise_value_error("expected ':' after conversion specifier");
    at = colon;
  }
  if (at < text.size()) field.spec = text.substr(at + 1);
  return field;
}

// Where the '}' is that closes the field opened before `at`. Braces in the "[key]" of a field's name do not count.
std::size_t field_end(std::string_view format, std::size_t at) {
  bool in_name = true;
  for (int depth = 1; at < format.size(); ++at) {
    if (format[at] == ':' || format[at] == '!') in_name = false;
    if (format[at] == '[' && in_name) at = format.find(']', at);
    if (at == std::string_view::npos) break;
    if (format[at] == '{') ++depth;
    if (format[at] == '}' && --depth == 0) return at;
  }
  raise_value_error("expected '}' before end of string");
}

// `depth`: how many levels of fields may still be opened.
std::string fill(std::string_view format, std::span<const Value> arguments, FieldNumbers& numbers, int depth) {
  if (depth == 0) raise_value_error("Max string recursion exceeded");
  std::string result;
  for (std::size_t at = 0; at < format.size();) {
    const char c = format[at++];
    if (c != '{' && c != '}') {
      result += c;
      continue;
    }
    if (at < format.size() && format[at] == c) {
      result += c;
      ++at;
      continue;
    }
    if (c == '}') raise_value_error("Single '}' encountered in format string");
    if (at == format.size()) raise_value_error("Single '{' encountered in format string");
    const std::size_t end = field_end(format, at);
    const Field field = parse_field(format.substr(at, end - at));
    Value value = field_value(field.name, arguments, numbers);
    if (field.has_conversion) value = converted(value, field.conversion);
    const bool nested = field.spec.find('{') != std::string_view::npos;
    result += format_value(value, nested ? fill(field.spec, arguments, numbers, depth - 1) : std::string(field.spec));
    at = end + 1;
  }
  return result;
}

}  // namespace

std::string ascii_repr(const Value& value) {
  static constexpr char kHex[] = "0123456789abcdef";
  const std::string repr = value_repr(value);
  std::string result;
  for (std::size_t at = 0; at < repr.size();) {
    const char32_t c = next_code_point(repr, at);
    if (c < 0x80) {
      result += static_cast<char>(c);
      continue;
    }
    const int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    result += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) result += kHex[c >> shift & 0xFU];
  }
  return result;
}

std::string fill_replacement_fields(std::string_view format, std::span<const Value> arguments) {
  FieldNumbers numbers;
  return fill(format, arguments, numbers, 2);
}

}  // namespace portfire::ops
