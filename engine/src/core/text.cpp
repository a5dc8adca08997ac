// Python's str() and repr() of values.
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/float_text.h"
#include "core/nesting.h"
#include "core/tensor_text.h"
#include "portfire/object.h"
#include "portfire/program.h"
#include "portfire/value.h"

namespace portfire {
namespace {

std::string last_component(const std::string& qualified) {
  const std::size_t dot = qualified.rfind('.');
  return dot == std::string::npos ? qualified : qualified.substr(dot + 1);
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      char text[8];
      std::snprintf(text, sizeof text, "\\x%02x", c);
      out += text;
  }
}

// The two-byte characters that Python does not print: C1 controls, no-break space, soft hyphen.
bool is_unprintable_latin(unsigned char lead, unsigned char next) {
  return lead == 0xc2 && (next <= 0xa0 || next == 0xad);
}

std::string quote(const std::string& s) {
  const bool use_double = s.find('\'') != std::string::npos && s.find('"') == std::string::npos;
  const char mark = use_double ? '"' : '\'';
  std::string out(1, mark);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    const unsigned char next = i + 1 < s.size() ? static_cast<unsigned char>(s[i + 1]) : 0;
    if (c == '\\' || c == static_cast<unsigned char>(mark)) {
      out += '\\';
      out += s[i];
    } else if (c < 0x20 || c == 0x7f) {
      append_escape(out, c);
    } else if (next >= 0x80 && is_unprintable_latin(c, next)) {
      append_escape(out, next);
      ++i;
    } else {
      out += s[i];
    }
  }
  return out += mark;
}

std::string complex_text(std::complex<double> c) {
  const auto part = [](double d) {
    std::string text = float_text(d);
    if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
  };
  std::string imag = part(c.imag()) + "j";
  if (c.real() == 0.0 && !std::signbit(c.real())) return imag;
  if (imag[0] != '-') imag.insert(imag.begin(), '+');
  return "(" + part(c.real()) + imag + ")";
}

std::string device_repr(const Device& d) {
  return "device(type='" + d.type + (d.index < 0 ? "')" : "', index=" + std::to_string(d.index) + ")");
}

std::string repr(const Value& v, int depth);

std::string join(std::span<const Value> items, int depth) {
  std::string out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i) out += ", ";
    out += repr(items[i], depth + 1);
  }
  return out;
}

std::string tuple_repr(const TupleBox& t, int depth) {
  if (t.type && t.type->fields.size() == t.items.size() && !t.items.empty()) {
    std::string out = last_component(t.type->name) + "(";
    for (std::size_t i = 0; i < t.items.size(); ++i) {
      out += (i ? ", " : "") + t.type->fields[i] + "=" + repr(t.items[i], depth + 1);
    }
    return out + ")";
  }
  return "(" + join(t.items, depth) + (t.items.size() == 1 ? ",)" : ")");
}

std::string dict_repr(const DictBox& d, int depth) {
  std::string out = "{";
  for (const DictBox::Entry& entry : d.entries()) {
    if (!entry.live) continue;
    if (out.size() > 1) out += ", ";
    out += repr(entry.key, depth + 1) + ": " + repr(entry.value, depth + 1);
  }
  return out + "}";
}

std::string enum_text(const EnumBox& e) { return last_component(e.type->name) + "." + e.name; }

std::string repr(const Value& v, int depth) {
  check_nesting(depth);
  switch (v.tag()) {
    case Tag::kNone:
      return "None";
    case Tag::kBool:
      return v.to_bool() ? "True" : "False";
    case Tag::kInt:
      return std::to_string(v.to_int());
    case Tag::kDouble:
      return float_text(v.to_double());
    case Tag::kComplex:
      return complex_text(v.to_complex());
    case Tag::kString:
      return quote(v.to_string());
    case Tag::kTensor:
      return tensor_text(v.tensor_box());
    case Tag::kList:
      return "[" + join(v.to_list().items, depth) + "]";
    case Tag::kDict:
      return dict_repr(v.to_dict(), depth);
    case Tag::kTuple:
      return tuple_repr(v.to_tuple(), depth);
    case Tag::kObject:
      return "<" + v.to_object().class_name() + " object>";
    case Tag::kDevice:
      return device_repr(v.to_device());
    case Tag::kEnum:
      return "<" + enum_text(v.to_enum()) + ": " + repr(v.to_enum().value, depth + 1) + ">";
    case Tag::kFunction:
      return "<function " + v.to_function().function->name() + ">";
    case Tag::kFuture:
    case Tag::kOpaque:
      break;
  }
  return std::string("<") + tag_name(v.tag()) + ">";
}

}  // namespace

std::string value_repr(const Value& v) { return repr(v, 0); }

std::string value_str(const Value& v) {
  switch (v.tag()) {
    case Tag::kString:
      return v.to_string();
    case Tag::kDevice:
      return device_text(v.to_device());
    case Tag::kEnum:
      return enum_text(v.to_enum());
    default:
      return repr(v, 0);
  }
}

}  // namespace portfire
