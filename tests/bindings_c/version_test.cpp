// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "bindings_c/include/arges/arges.h"

namespace arges::bindings_test {
namespace {

TEST(Version, AProgramOfThisAbiIsAccepted) {
  EXPECT_EQ(arges_abi_version(), ARGES_ABI_VERSION);
  EXPECT_EQ(arges_abi_check(ARGES_ABI_VERSION), ARGES_OK);
}

TEST(Version, AProgramOfAnotherAbiIsRefused) {
  for (const std::uint32_t version : {0u, 1u, 3u, 0x00010000u, 0x00010002u, 0xFFFFFFFFu}) {
    EXPECT_EQ(arges_abi_check(version), ARGES_UNSUPPORTED) << version;
  }
  EXPECT_EQ(arges_abi_check(1), ARGES_UNSUPPORTED);
  EXPECT_NE(std::string(arges_last_error_message()).find("ABI 0.1"), std::string::npos);
}

TEST(Version, OfTheLibraryIsAStaticString) {
  const std::string version = arges_version_string();
  EXPECT_EQ(version.find(std::to_string(ARGES_ABI_VERSION >> 16) + "." +
                         std::to_string(ARGES_ABI_VERSION & 0xFFFF) + "."),
            0u)
      << version;
  EXPECT_EQ(arges_version_string(), arges_version_string()) << "the same address";
}

}  // namespace
}  // namespace arges::bindings_test
