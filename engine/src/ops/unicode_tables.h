// The tables that generate_unicode_tables.py writes, sorted by code point.
#pragma once

#include <cstddef>
#include <cstdint>

namespace portfire::ops {

// `count` code points, `stride` apart.
struct CodePointRun {
  std::uint32_t first;
  std::uint32_t count;
  std::uint32_t stride;
};

// Code points that map to the one `distance` away.
struct CaseRun {
  std::uint32_t first;
  std::uint32_t count;
  std::uint32_t stride;
  std::int32_t distance;
};

// A code point that maps to two or three; the third is 0 if there are two.
struct LongCase {
  std::uint32_t from;
  std::uint32_t to[3];
};

extern const CodePointRun kAlpha[];
extern const std::size_t kAlphaSize;
extern const CodePointRun kDecimal[];
extern const std::size_t kDecimalSize;
extern const CodePointRun kDigitNotDecimal[];
extern const std::size_t kDigitNotDecimalSize;
extern const CodePointRun kNumericNotDigit[];
extern const std::size_t kNumericNotDigitSize;
extern const CodePointRun kLower[];
extern const std::size_t kLowerSize;
extern const CodePointRun kUpper[];
extern const std::size_t kUpperSize;
extern const CodePointRun kCaseIgnorable[];
extern const std::size_t kCaseIgnorableSize;
extern const CodePointRun kUnprintable[];
extern const std::size_t kUnprintableSize;
extern const CodePointRun kIdentifierStartNotAlpha[];
extern const std::size_t kIdentifierStartNotAlphaSize;
extern const CodePointRun kAlphaNotIdentifierStart[];
extern const std::size_t kAlphaNotIdentifierStartSize;
extern const CodePointRun kIdentifierPartNotStart[];
extern const std::size_t kIdentifierPartNotStartSize;
extern const CaseRun kToLower[];
extern const std::size_t kToLowerSize;
extern const LongCase kToLowerLong[];
extern const std::size_t kToLowerLongSize;
extern const CaseRun kToUpper[];
extern const std::size_t kToUpperSize;
extern const LongCase kToUpperLong[];
extern const std::size_t kToUpperLongSize;
extern const CaseRun kToTitle[];
extern const std::size_t kToTitleSize;
extern const LongCase kToTitleLong[];
extern const std::size_t kToTitleLongSize;

}  // namespace portfire::ops
