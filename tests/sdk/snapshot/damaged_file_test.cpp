// SPDX-License-Identifier: Apache-2.0
// Files with any byte changed, any length, any number out of its range: refused, and the session is
// what it was.
#include <gtest/gtest.h>

#include <cstring>

#include "kernels/base/checksum.h"
#include "sdk/snapshot/read_conversation.h"
#include "sdk/snapshot/write_conversation.h"
#include "tests/sdk/snapshot/saved_sessions.h"

namespace arges::sdk::testing {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kChecksum = 8;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kTurnsAt = 24;
constexpr std::size_t kFirstIdsAt = 32;

template <typename T>
void put(Bytes& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <typename T>
T get(const Bytes& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The checksum that belongs to what stands before it.
void mend(Bytes& bytes) {
  Checksum sum;
  sum.add(std::span(bytes).first(bytes.size() - kChecksum));
  put(bytes, bytes.size() - kChecksum, sum.value());
}

class DamagedFile : public ::testing::Test {
 protected:
  DamagedFile() {
    ask(*session_, {shown("a picture", 5)});
    ask(*session_, {shown_file("another")});
    const auto keep = [this](const Model& model, const Conversation* past, const StopCheck&) {
      return snapshot::write_conversation(model, past, [this](std::span<const std::byte> piece) {
        file_.insert(file_.end(), piece.begin(), piece.end());
        return Status();
      });
    };
    const auto queue = make_queue();
    EXPECT_EQ(end_of(session_->save(keep, queue, 1), *queue).type, EventType::kDone);
  }

  // What comes of reading these bytes.
  Status load_bytes(const Bytes& bytes) {
    return read_from(bytes, *engine_.model, rules_).status();
  }
  // The same for a session.
  Status load_into_session(const Bytes& bytes) {
    const auto read = [&](Model& model, const CheckpointRules& rules, const StopCheck&) {
      return read_from(bytes, model, rules);
    };
    const auto queue = make_queue();
    return end_of(session_->load(read, queue, 1), *queue).status;
  }
  static Result<std::shared_ptr<const Conversation>> read_from(const Bytes& bytes, Model& model,
                                                               const CheckpointRules& rules) {
    std::size_t at = 0;
    const auto give = [&](std::span<std::byte> to) -> Status {
      if (to.size() > bytes.size() - at) {
        ADD_FAILURE() << "reads behind the end";
        return {StatusCode::kIo, "no more"};
      }
      std::memcpy(to.data(), bytes.data() + at, to.size());
      at += to.size();
      return {};
    };
    return snapshot::read_conversation(model, rules, give, bytes.size(), never_stop());
  }
  // The file with one number changed and a checksum that fits.
  template <typename T>
  Status load_with(std::size_t at, T value) {
    Bytes changed = file_;
    put(changed, at, value);
    mend(changed);
    return load_bytes(changed);
  }

  std::size_t id_count() const { return get<std::uint64_t>(file_, kFirstIdsAt); }
  std::size_t ids_at() const { return kFirstIdsAt + 8; }
  std::size_t cuts_at() const { return ids_at() + 4 * id_count(); }
  std::size_t cut_count() const { return get<std::uint64_t>(file_, cuts_at()); }
  std::size_t tail_at() const { return cuts_at() + 8 + 8 * cut_count(); }
  std::size_t pictures_at() const {
    return tail_at() + 8 + 4 * get<std::uint64_t>(file_, tail_at());
  }

  const ScriptedEngine engine_{model_of_blocks()};
  const CheckpointRules rules_{std::make_shared<CheckpointStore>(1 << 20)};
  const std::shared_ptr<Session> session_ = engine_.session();
  Bytes file_;
};

TEST_F(DamagedFile, IsReadWhenItIsWhole) {
  EXPECT_TRUE(load_bytes(file_).ok());
  Bytes mended = file_;
  mend(mended);
  EXPECT_EQ(mended, file_) << "the checksum is that of all before it";
  EXPECT_EQ(get<std::uint64_t>(file_, kTurnsAt), 2u);
}

TEST_F(DamagedFile, LeavesTheSessionAsItWas) {
  const auto fork = session_->fork().value();
  for (std::size_t at = 0; at < file_.size(); at += file_.size() / 8) {
    Bytes changed = file_;
    changed[at] ^= std::byte{1};
    EXPECT_FALSE(load_into_session(changed).ok()) << at;
    EXPECT_EQ(session_->token_count(), fork->token_count());
  }
  EXPECT_EQ(ask(*session_, {user("and now?")}).text, ask(*fork, {user("and now?")}).text);
  EXPECT_TRUE(load_into_session(file_).ok());
  EXPECT_EQ(session_->turn_count(), 2u);
}

TEST_F(DamagedFile, IsRefusedWithAnyByteChanged) {
  for (std::size_t at = 0; at < file_.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      Bytes changed = file_;
      changed[at] ^= static_cast<std::byte>(change);
      const StatusCode code = load_bytes(changed).code();
      const bool is_version = at >= kVersionAt && at < kVersionAt + 4;
      ASSERT_TRUE(code == StatusCode::kModelInvalid ||
                  (is_version && code == StatusCode::kUnsupported))
          << "byte " << at << " answers " << status_code_name(code);
    }
  }
  EXPECT_TRUE(load_bytes(file_).ok());
}

TEST_F(DamagedFile, IsRefusedAtAnyLength) {
  for (std::size_t size = 0; size < file_.size(); ++size) {
    const Bytes cut(file_.begin(), file_.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(load_bytes(cut).code(), StatusCode::kModelInvalid) << size;
  }
  for (const std::size_t more : {1, 7, 8, 100}) {
    Bytes longer = file_;
    longer.resize(file_.size() + more);
    ASSERT_EQ(load_bytes(longer).code(), StatusCode::kModelInvalid) << more;
    mend(longer);
    ASSERT_EQ(load_bytes(longer).code(), StatusCode::kModelInvalid) << more;
  }
}

TEST_F(DamagedFile, OfALaterVersionIsUnsupported) {
  const Status status = load_with(kVersionAt, std::uint32_t{2});
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("later version"), std::string::npos);
  EXPECT_EQ(load_with(kVersionAt, std::uint32_t{0}).code(), StatusCode::kModelInvalid);
}

TEST_F(DamagedFile, IsToldFromOneThatOnlyDoesNotFit) {
  Bytes changed = file_;
  put(changed, ids_at(), std::int32_t{1'000'000});
  EXPECT_NE(load_bytes(changed).message().find("checksum"), std::string::npos);
  mend(changed);
  EXPECT_NE(load_bytes(changed).message().find("token"), std::string::npos);
}

TEST_F(DamagedFile, WithCountsBeyondItsEndIsRefused) {
  for (const std::size_t at : {kTurnsAt, kFirstIdsAt, cuts_at(), tail_at(), pictures_at()}) {
    for (const std::uint64_t count : {std::uint64_t{1} << 20, std::uint64_t{1} << 40,
                                      ~std::uint64_t{0}, ~std::uint64_t{0} / 4}) {
      EXPECT_EQ(load_with(at, count).code(), StatusCode::kModelInvalid) << at << " " << count;
    }
  }
}

TEST_F(DamagedFile, WithTokensOfNoVocabularyIsRefused) {
  EXPECT_EQ(load_with(ids_at(), std::int32_t{-1}).code(), StatusCode::kModelInvalid);
  EXPECT_EQ(load_with(ids_at(), ByteTokenizer::kVocabSize).code(), StatusCode::kModelInvalid);
  EXPECT_EQ(load_with(tail_at() + 8, ByteTokenizer::kVocabSize).code(), StatusCode::kModelInvalid);
}

TEST_F(DamagedFile, WithCutsThatDoNotAscendIsRefused) {
  ASSERT_GE(cut_count(), 2u);
  const std::size_t first = cuts_at() + 8;
  EXPECT_EQ(load_with(first, std::int64_t{0}).code(), StatusCode::kModelInvalid);
  EXPECT_EQ(load_with(first, get<std::int64_t>(file_, first + 8)).code(),
            StatusCode::kModelInvalid);
  EXPECT_EQ(
      load_with(first + 8 * (cut_count() - 1), static_cast<std::int64_t>(id_count() + 1)).code(),
      StatusCode::kModelInvalid);
}

TEST_F(DamagedFile, WithTurnsThatDoNotFollowOneAnotherIsRefused) {
  EXPECT_EQ(load_with(tail_at() + 8, std::int32_t{'?'}).code(), StatusCode::kModelInvalid);
}

TEST_F(DamagedFile, WithPicturesOutOfPlaceIsRefused) {
  const std::size_t begin = pictures_at() + 8;
  const auto place = get<std::int64_t>(file_, begin);
  for (const std::int64_t wrong : {place - 1, place + 1, std::int64_t{-1}, std::int64_t{1} << 62}) {
    EXPECT_EQ(load_with(begin, wrong).code(), StatusCode::kModelInvalid) << wrong;
  }
  for (const std::int64_t wrong : {0, 1, 3, 5, -1}) {
    EXPECT_EQ(load_with(begin + 8, wrong).code(), StatusCode::kModelInvalid) << wrong;
  }
  EXPECT_EQ(load_with(ids_at(), ByteTokenizer::kImage).code(), StatusCode::kModelInvalid);
}

TEST_F(DamagedFile, WithPicturesOfNoSizeOrKindIsRefused) {
  const std::size_t kind = pictures_at() + 8 + 16;
  EXPECT_EQ(load_with(kind, std::uint64_t{3}).code(), StatusCode::kModelInvalid);
  for (const std::int64_t height : {0, -1, 2, 4, 1 << 20}) {
    EXPECT_EQ(load_with(kind + 8, height).code(), StatusCode::kModelInvalid) << height;
  }
}

TEST_F(DamagedFile, WithAnotherDigestIsOfAnotherModel) {
  const Status status = load_with(16, std::uint64_t{2});
  EXPECT_EQ(status.code(), StatusCode::kModelInvalid);
  EXPECT_NE(status.message().find("another model"), std::string::npos);
}

}  // namespace
}  // namespace arges::sdk::testing
