// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/safetensors.h"

#include <gtest/gtest.h>

#include "tests/sdk/model/test_files.h"

namespace arges::sdk {
namespace {

using testing::safetensors_of;

Result<std::vector<StoredTensor>> read(const std::string& file, const ModelLimits& limits = {}) {
  const auto bytes = [&](std::uint64_t offset, std::uint64_t count) -> Result<std::string> {
    EXPECT_LE(offset + count, file.size());
    return file.substr(offset, count);
  };
  return read_safetensors(bytes, file.size(), "a.safetensors", limits, never_stop());
}

StatusCode code(const std::string& file, const ModelLimits& limits = {}) {
  return read(file, limits).status().code();
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

// Two tensors, 8 and 4 bytes.
std::string good_header() {
  return "{" + entry("a", "F32", "[1,2]", "[0,8]") + "," + entry("b", "BF16", "[2]", "[8,12]") +
         "}";
}
std::string good_file() {
  return safetensors_of(good_header(), std::string(12, 'x'));
}

TEST(SafetensorsReader, ReadsTensorsByName) {
  const auto tensors = read(good_file());
  ASSERT_TRUE(tensors.ok()) << tensors.status().message();
  ASSERT_EQ(tensors->size(), 2u);
  const StoredTensor& b = tensors.value()[1];
  EXPECT_EQ(b.name, "b");
  EXPECT_EQ(b.type.name, "BF16");
  EXPECT_EQ(b.shape, (Shape{2}));
  EXPECT_EQ(b.end - b.begin, 4u);
  EXPECT_EQ(b.end, good_file().size());
}

TEST(SafetensorsReader, AcceptsWhatTheFormatAllows) {
  const std::string scalar = "{" + entry("s", "F32", "[]", "[0,4]") + "}";
  EXPECT_EQ(code(safetensors_of(scalar, "1234")), StatusCode::kOk);
  const std::string empty = "{" + entry("e", "F32", "[0,7]", "[0,0]") + "}";
  EXPECT_EQ(code(safetensors_of(empty, "")), StatusCode::kOk);
  EXPECT_EQ(code(safetensors_of("{}", "")), StatusCode::kOk);
  EXPECT_EQ(code(safetensors_of(good_header() + "   ", std::string(12, 'x'))), StatusCode::kOk);
  const std::string metadata = "{\"__metadata__\":{\"format\":\"pt\",\"x\":\"\"}}";
  EXPECT_EQ(code(safetensors_of(metadata, "")), StatusCode::kOk);
  const std::string nibbles = "{" + entry("n", "F4", "[2,3]", "[0,3]") + "}";
  EXPECT_EQ(code(safetensors_of(nibbles, "123")), StatusCode::kOk);
  const std::string rank4 = "{" + entry("r", "U8", "[1,2,1,3]", "[0,6]") + "}";
  EXPECT_EQ(code(safetensors_of(rank4, "123456")), StatusCode::kOk);
  const std::string order =
      "{" + entry("b", "U8", "[1]", "[1,2]") + "," + entry("a", "U8", "[1]", "[0,1]") + "}";
  EXPECT_EQ(code(safetensors_of(order, "12")), StatusCode::kOk);
}

struct BadHeader {
  const char* rule;
  std::string header;
  std::size_t data_bytes;
};

void PrintTo(const BadHeader& bad, std::ostream* out) {
  *out << bad.rule;
}

class BadSafetensors : public ::testing::TestWithParam<BadHeader> {};

TEST_P(BadSafetensors, IsRefused) {
  const std::string file =
      safetensors_of(GetParam().header, std::string(GetParam().data_bytes, 'x'));
  const Status status = read(file).status();
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid) << GetParam().header;
  EXPECT_NE(status.message().find("a.safetensors"), std::string::npos) << status.message();
}

std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return "{" + entry("t", dtype, shape, offsets) + "}";
}
std::string two(const std::string& a, const std::string& b) {
  return "{" + entry("a", "U8", "[4]", a) + "," + entry("b", "U8", "[4]", b) + "}";
}
std::string raw(const std::string& fields) {
  return "{\"t\":{" + fields + "}}";
}

// Rules of the format (reliability.md §1.2), each from more than one side.
const BadHeader kBadHeaders[] = {
    {"first byte is a space", " " + good_header(), 12},
    {"first byte is a bracket", "[]", 0},
    {"first byte is a quote", "\"{}\"", 0},
    {"first byte is a BOM", "\xEF\xBB\xBF{}", 0},
    {"empty header", "", 0},
    {"not closed", "{", 0},
    {"closed twice", "{}}", 0},
    {"text after", "{} x", 0},
    {"second document", "{}{}", 0},
    {"NUL after", std::string("{}\0", 3), 0},
    {"NUL then text", std::string("{}\0{\"a\"", 7), 0},
    {"comment", "{/**/}", 0},
    {"trailing comma", "{" + entry("t", "U8", "[1]", "[0,1]") + ",}", 1},
    {"single quotes", "{'t':{}}", 0},
    {"name of invalid UTF-8", "{" + entry("\xff", "U8", "[1]", "[0,1]") + "}", 1},
    {"name of overlong UTF-8", "{" + entry("\xc0\x80", "U8", "[1]", "[0,1]") + "}", 1},
    {"name of a lone surrogate", "{" + entry("\\ud800", "U8", "[1]", "[0,1]") + "}", 1},
    {"metadata of invalid UTF-8", "{\"__metadata__\":{\"a\":\"\x80\"}}", 0},
    {"control character in a name", "{" + entry("a\nb", "U8", "[1]", "[0,1]") + "}", 1},
    {"empty name", "{" + entry("", "U8", "[1]", "[0,1]") + "}", 1},
    {"same tensor twice",
     "{" + entry("t", "U8", "[1]", "[0,1]") + "," + entry("t", "U8", "[1]", "[1,2]") + "}", 2},
    {"same tensor twice, one escaped",
     "{" + entry("t", "U8", "[1]", "[0,1]") + "," + entry("\\u0074", "U8", "[1]", "[1,2]") + "}",
     2},
    {"metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", 0},
    {"metadata key twice", "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0},
    {"dtype twice", raw("\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]"),
     1},
    {"metadata is a string", "{\"__metadata__\":\"x\"}", 0},
    {"metadata is null", "{\"__metadata__\":null}", 0},
    {"metadata value is a number", "{\"__metadata__\":{\"a\":1}}", 0},
    {"metadata value is null", "{\"__metadata__\":{\"a\":null}}", 0},
    {"metadata value is a list", "{\"__metadata__\":{\"a\":[]}}", 0},
    {"metadata value is an object", "{\"__metadata__\":{\"a\":{}}}", 0},
    {"tensor is null", "{\"t\":null}", 0},
    {"tensor is a number", "{\"t\":1}", 0},
    {"tensor is a string", "{\"t\":\"U8\"}", 0},
    {"tensor is a list", "{\"t\":[]}", 0},
    {"tensor is empty", "{\"t\":{}}", 0},
    {"dtype missing", raw("\"shape\":[1],\"data_offsets\":[0,1]"), 1},
    {"shape missing", raw("\"dtype\":\"U8\",\"data_offsets\":[0,1]"), 1},
    {"offsets missing", raw("\"dtype\":\"U8\",\"shape\":[1]"), 1},
    {"unknown field", raw("\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1"), 1},
    {"unknown field nested", raw("\"x\":{\"y\":{}}"), 0},
    {"dtype unknown", one("F33", "[1]", "[0,4]"), 4},
    {"dtype lower case", one("f32", "[1]", "[0,4]"), 4},
    {"dtype empty", one("", "[1]", "[0,4]"), 4},
    {"dtype a number", raw("\"dtype\":1,\"shape\":[1],\"data_offsets\":[0,1]"), 1},
    {"dtype null", raw("\"dtype\":null,\"shape\":[1],\"data_offsets\":[0,1]"), 1},
    {"dtype a list", raw("\"dtype\":[],\"shape\":[1],\"data_offsets\":[0,1]"), 1},
    {"shape a number", one("U8", "1", "[0,1]"), 1},
    {"shape a string", one("U8", "\"1\"", "[0,1]"), 1},
    {"shape null", one("U8", "null", "[0,1]"), 1},
    {"shape of strings", one("U8", "[\"1\"]", "[0,1]"), 1},
    {"shape of lists", one("U8", "[[1]]", "[0,1]"), 1},
    {"extent negative", one("U8", "[-1]", "[0,1]"), 1},
    {"extent fractional", one("U8", "[1.0]", "[0,1]"), 1},
    {"extent exponent", one("U8", "[1e0]", "[0,1]"), 1},
    {"extent true", one("U8", "[true]", "[0,1]"), 1},
    {"extent over 2^31", one("U8", "[2147483649]", "[0,1]"), 1},
    {"extent over 2^64", one("U8", "[18446744073709551616]", "[0,1]"), 1},
    {"rank 5", one("U8", "[1,1,1,1,1]", "[0,1]"), 1},
    {"product wraps to 0", one("U8", "[2147483648,2147483648,4]", "[0,0]"), 0},
    {"product wraps to 1 byte", one("F32", "[2147483648,2147483648,1]", "[0,0]"), 0},
    {"bits wrap", one("F64", "[2147483648,2147483648]", "[0,8]"), 8},
    {"half a byte", one("F4", "[3]", "[0,1]"), 1},
    {"three quarters of a byte", one("F6_E2M3", "[1]", "[0,1]"), 1},
    {"span one short", one("F32", "[2]", "[0,7]"), 7},
    {"span one long", one("F32", "[2]", "[0,9]"), 9},
    {"span of another type", one("BF16", "[2]", "[0,8]"), 8},
    {"span empty", one("U8", "[1]", "[0,0]"), 0},
    {"span for an empty tensor", one("U8", "[0]", "[0,1]"), 1},
    {"offsets reversed", one("U8", "[1]", "[1,0]"), 1},
    {"offsets negative", one("U8", "[1]", "[-1,0]"), 1},
    {"offsets fractional", one("U8", "[1]", "[0.0,1.0]"), 1},
    {"offsets strings", one("U8", "[1]", "[\"0\",\"1\"]"), 1},
    {"offsets one", one("U8", "[1]", "[0]"), 1},
    {"offsets three", one("U8", "[1]", "[0,1,1]"), 1},
    {"offsets none", one("U8", "[1]", "[]"), 1},
    {"offsets an object", one("U8", "[1]", "{}"), 1},
    {"offsets huge", one("U8", "[1]", "[18446744073709551614,18446744073709551615]"), 1},
    {"offsets wrap", one("U8", "[1]", "[18446744073709551615,0]"), 1},
    {"end one past the file", one("U8", "[2]", "[0,2]"), 1},
    {"end far past the file", one("U8", "[1000]", "[0,1000]"), 1},
    {"overlap by one", two("[0,4]", "[3,7]"), 7},
    {"overlap in full", two("[0,4]", "[0,4]"), 4},
    {"hole of one", two("[0,4]", "[5,9]"), 9},
    {"hole at the start", one("U8", "[1]", "[1,2]"), 2},
    {"rest of one", one("U8", "[1]", "[0,1]"), 2},
    {"rest without tensors", "{}", 1},
    {"nested deeply", "{\"t\":" + std::string(50, '[') + std::string(50, ']') + "}", 0},
    {"nested very deeply", "{\"t\":" + std::string(100000, '[') + "}", 0},
};

INSTANTIATE_TEST_SUITE_P(Rules, BadSafetensors, ::testing::ValuesIn(kBadHeaders));

TEST(SafetensorsReader, RefusesAHeaderLengthBeyondFileOrLimit) {
  std::string file = good_file();
  for (const int length : {0xff, 0x80}) {
    std::string bad = file;
    bad[7] = static_cast<char>(length);  // 2^56 times as much and more
    EXPECT_EQ(code(bad), StatusCode::kModelInvalid);
  }
  ModelLimits limits;
  limits.header_bytes = good_header().size();
  EXPECT_EQ(code(file, limits), StatusCode::kOk);
  limits.header_bytes -= 1;
  EXPECT_EQ(code(file, limits), StatusCode::kModelInvalid);
}

TEST(SafetensorsReader, HoldsTheLimitsOfTensorsAndNames) {
  ModelLimits limits;
  limits.tensors_per_file = 2;
  EXPECT_EQ(code(good_file(), limits), StatusCode::kOk);
  limits.tensors_per_file = 1;
  EXPECT_EQ(code(good_file(), limits), StatusCode::kModelInvalid);
  const auto named = [](std::size_t length) {
    return safetensors_of("{" + entry(std::string(length, 'n'), "U8", "[1]", "[0,1]") + "}", "x");
  };
  EXPECT_EQ(code(named(512)), StatusCode::kOk);
  EXPECT_EQ(code(named(513)), StatusCode::kModelInvalid);
}

TEST(SafetensorsReader, RefusesEveryTruncation) {
  const std::string file = good_file();
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_EQ(code(file.substr(0, size)), StatusCode::kModelInvalid) << size;
  }
}

TEST(SafetensorsReader, RefusesEveryExtension) {
  for (std::size_t extra = 1; extra <= 16; ++extra) {
    EXPECT_EQ(code(good_file() + std::string(extra, '\0')), StatusCode::kModelInvalid) << extra;
  }
}

// A flipped bit may leave a valid file (a name changes); what is accepted must still lie inside.
TEST(SafetensorsReader, NeverYieldsASpanOutsideTheFileAfterABitFlip) {
  const std::string file = good_file();
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string bad = file;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const auto tensors = read(bad);
    if (!tensors.ok()) {
      EXPECT_EQ(tensors.status().code(), StatusCode::kModelInvalid) << bit;
      ++refused;
      continue;
    }
    for (const StoredTensor& tensor : *tensors) {
      EXPECT_LE(tensor.begin, tensor.end);
      EXPECT_LE(tensor.end, file.size());
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(SafetensorsReader, MessagesCarryNoControlBytesFromTheFile) {
  const std::string header = "{" + entry("\\u001b[31m\\u0007", "F99", "[1]", "[0,1]") + "}";
  const Status status = read(safetensors_of(header, "x")).status();
  EXPECT_EQ(status.message().find('\x1b'), std::string::npos);
  EXPECT_EQ(status.message().find('\x07'), std::string::npos);
}

TEST(SafetensorsReader, BoundsMetadata) {
  const auto with = [](const std::string& metadata) {
    return safetensors_of("{\"__metadata__\":{" + metadata + "}}", "");
  };
  ModelLimits limits;
  limits.metadata_bytes = 6;
  EXPECT_EQ(code(with(R"("ab":"c","d":"ef")"), limits), StatusCode::kOk);
  EXPECT_EQ(code(with(R"("ab":"c","d":"efg")"), limits), StatusCode::kModelInvalid);
  EXPECT_EQ(code(with(R"("abc":"c","d":"ef")"), limits), StatusCode::kModelInvalid);
}

TEST(SafetensorsReader, StopsInALongHeader) {
  std::string header = "{\"__metadata__\":{\"\":\"\"";
  for (int i = 0; i < 20'000; ++i) header += ",\"" + std::to_string(i) + "\":\"\"";
  const std::string file = safetensors_of(header + "}}", "");
  const auto read = [&](std::uint64_t offset, std::uint64_t count) -> Result<std::string> {
    return file.substr(offset, count);
  };
  int asked = 0;
  const auto stop = [&] {
    return ++asked < 2 ? Status() : Status(StatusCode::kCancelled, "cancelled");
  };
  EXPECT_EQ(read_safetensors(read, file.size(), "a.safetensors", {}, stop).status().code(),
            StatusCode::kCancelled);
}

}  // namespace
}  // namespace arges::sdk
