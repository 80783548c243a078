// SPDX-License-Identifier: Apache-2.0
// A scripted answer is a digest of all that was absorbed before it, so equal answers mean equal
// pasts.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "tests/sdk/snapshot/saved_sessions.h"

namespace arges::sdk::testing {
namespace {

namespace fs = std::filesystem;

using Conversing = std::shared_ptr<Session> (*)(const ScriptedEngine& engine);

// A way to come by a session, and its name.
struct Past {
  const char* name;
  Conversing converse;
};

std::shared_ptr<Session> of_turns(const ScriptedEngine& engine, std::vector<Message> turns) {
  auto session = engine.session();
  for (Message& turn : turns) ask(*session, {std::move(turn)});
  return session;
}

std::vector<Message> mixed_turns() {
  return {user("a first question"), shown("and this?", 7), shown_file("and that?"),
          user("and a last one")};
}

std::shared_ptr<Session> rewound(const ScriptedEngine& engine, std::uint64_t turns,
                                 const SessionOptions& options = {}) {
  auto session = engine.engine->create_session(options).value();
  for (Message& turn : mixed_turns()) ask(*session, {std::move(turn)});
  EXPECT_TRUE(session->rewind(turns).ok());
  return session;
}

const Past kPasts[] = {
    {"nothing", [](const ScriptedEngine& engine) { return engine.session(); }},
    {"one_turn", [](const ScriptedEngine& engine) { return of_turns(engine, {user("hello")}); }},
    {"pictures", [](const ScriptedEngine& engine) { return of_turns(engine, mixed_turns()); }},
    {"rewound", [](const ScriptedEngine& engine) { return rewound(engine, 2); }},
    {"rewound_to_nothing", [](const ScriptedEngine& engine) { return rewound(engine, 0); }},
    {"rewound_without_its_checkpoint",
     [](const ScriptedEngine& engine) { return rewound(engine, 3, {.checkpoints = 1}); }},
    {"forked",
     [](const ScriptedEngine& engine) {
       auto fork = of_turns(engine, mixed_turns())->fork().value();
       ask(*fork, {user("on the branch")});
       return fork;
     }},
    {"added",
     [](const ScriptedEngine& engine) {
       auto session = of_turns(engine, {user("hello")});
       EXPECT_EQ(add(*session, {shown("to know", 9), user("and more")}).type, EventType::kDone);
       return session;
     }},
    {"continued",
     [](const ScriptedEngine& engine) {
       auto session = engine.session();
       Message beginning = user("it begins");
       beginning.role = language::Role::kAssistant;
       GenerateOptions options;
       options.continue_last = true;
       std::vector<Message> messages;
       messages.push_back(user("go on"));
       messages.push_back(std::move(beginning));
       ask(*session, std::move(messages), options);
       return session;
     }},
    {"cut_short",
     [](const ScriptedEngine& engine) {
       auto session = engine.session();
       GenerateOptions options;
       options.max_tokens = 3;
       ask(*session, {user("in few words")}, options);
       return session;
     }},
};

class SavedSession : public ::testing::TestWithParam<Past> {
 protected:
  std::string file() const { return folder_.file("session"); }

  const TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Pasts, SavedSession, ::testing::ValuesIn(kPasts),
                         [](const auto& past) { return past.param.name; });

// What a question makes of a session: its answer, and the prompt tokens it took.
struct Outcome {
  std::string text;
  std::int64_t absorbed = 0;
};

Outcome outcome(const ScriptedEngine& engine, Session& session) {
  const std::int64_t before = engine.engine->stats().prompt_tokens;
  Outcome made;
  made.text = ask(session, {shown("what now?", 11)}).text;
  made.absorbed = engine.engine->stats().prompt_tokens - before;
  return made;
}

TEST_P(SavedSession, GoesOnAsIfItHadNeverBeenSaved) {
  const ScriptedEngine engine(model_of_blocks());
  const auto session = GetParam().converse(engine);
  ASSERT_EQ(save(*session, file()).type, EventType::kDone);
  const ScriptedEngine other(model_of_blocks());
  const auto loaded = other.session();
  ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
  ASSERT_EQ(loaded->token_count(), session->token_count());
  ASSERT_EQ(loaded->turn_count(), session->turn_count());
  for (std::uint64_t i = 0; i < session->turn_count(); ++i) {
    EXPECT_EQ(loaded->turn(i)->first_token, session->turn(i)->first_token);
    EXPECT_EQ(loaded->turn(i)->images, session->turn(i)->images);
  }
  const Outcome expected = outcome(engine, *session);
  const Outcome found = outcome(other, *loaded);
  EXPECT_EQ(found.text, expected.text);
  EXPECT_EQ(found.absorbed, expected.absorbed) << "the state was in the file";
  EXPECT_EQ(outcome(other, *loaded).text, outcome(engine, *session).text);
}

TEST_P(SavedSession, IsAbsorbedAgainOnAnotherInstructionSet) {
  const ScriptedEngine engine(model_of_blocks());
  const auto session = GetParam().converse(engine);
  ASSERT_EQ(save(*session, file()).type, EventType::kDone);
  ScriptedModelOptions options = model_of_blocks();
  options.instruction_set = "another";
  const ScriptedEngine other(options);
  const auto loaded = other.session();
  ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
  for (std::uint64_t i = 0; i < loaded->turn_count(); ++i) {
    EXPECT_FALSE(loaded->turn(i)->has_checkpoint);
  }
  EXPECT_EQ(other.model->live_sequences(), 0);
  EXPECT_EQ(outcome(other, *loaded).text, outcome(engine, *session).text);
}

TEST_P(SavedSession, CanBeTakenBackAndBranched) {
  const ScriptedEngine engine(model_of_blocks());
  const auto session = GetParam().converse(engine);
  ASSERT_EQ(save(*session, file()).type, EventType::kDone);
  const ScriptedEngine other(model_of_blocks());
  for (std::uint64_t turns = 0; turns <= session->turn_count(); ++turns) {
    const auto loaded = other.session();
    ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
    const auto fork = loaded->fork().value();
    const auto expected = session->fork().value();
    ASSERT_TRUE(fork->rewind(turns).ok());
    ASSERT_TRUE(expected->rewind(turns).ok());
    EXPECT_EQ(outcome(other, *fork).text, outcome(engine, *expected).text) << turns;
  }
}

TEST_P(SavedSession, IsTheSameFileWhenItIsSavedAgain) {
  const ScriptedEngine engine(model_of_blocks());
  ASSERT_EQ(save(*GetParam().converse(engine), file()).type, EventType::kDone);
  const auto loaded = engine.session();
  ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
  ASSERT_EQ(save(*loaded, folder_.file("again")).type, EventType::kDone);
  EXPECT_EQ(read_bytes(folder_.file("again")), read_bytes(file()));
}

class SavedFile : public ::testing::Test {
 protected:
  std::string file() const { return folder_.file("session"); }
  std::int64_t file_count() const {
    return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  }

  const TempFolder folder_;
  const ScriptedEngine engine_{model_of_blocks()};
};

TEST_F(SavedFile, TakesTheConversationsPlace) {
  ASSERT_EQ(save(*of_turns(engine_, {user("hello")}), file()).type, EventType::kDone);
  const auto session = of_turns(engine_, mixed_turns());
  ASSERT_EQ(load(*session, file()).type, EventType::kDone);
  EXPECT_EQ(session->turn_count(), 1u);
  ASSERT_EQ(save(*engine_.session(), file()).type, EventType::kDone);
  ASSERT_EQ(load(*session, file()).type, EventType::kDone);
  EXPECT_EQ(session->turn_count(), 0u);
  EXPECT_EQ(session->token_count(), 0);
}

TEST_F(SavedFile, HoldsWhatIsCommittedBesideARequestInFlight) {
  const auto session = of_turns(engine_, {user("hello")});
  engine_.model->step_gate().shut();
  const auto queue = make_queue();
  ASSERT_TRUE(session->generate({user("in flight")}, {}, queue, 1).ok());
  engine_.model->step_gate().wait_until_held();
  EXPECT_EQ(save(*session, file()).type, EventType::kDone);
  engine_.model->step_gate().open();
  read_all(*queue);
  EXPECT_EQ(session->turn_count(), 2u);
  const auto loaded = engine_.session();
  ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
  EXPECT_EQ(loaded->turn_count(), 1u);
}

TEST_F(SavedFile, IsAloneInItsFolder) {
  const auto session = of_turns(engine_, mixed_turns());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(save(*session, file()).type, EventType::kDone);
  EXPECT_EQ(file_count(), 1);
}

TEST_F(SavedFile, OfAnotherModelIsRefused) {
  ASSERT_EQ(save(*of_turns(engine_, {user("hello")}), file()).type, EventType::kDone);
  ScriptedModelOptions options = model_of_blocks();
  options.digest = 2;
  const ScriptedEngine other(options);
  const auto session = of_turns(other, {user("mine")});
  const Event end = load(*session, file());
  EXPECT_EQ(end.status.code(), StatusCode::kModelInvalid);
  EXPECT_NE(end.status.message().find("another model"), std::string::npos);
  EXPECT_EQ(session->turn_count(), 1u);
}

TEST_F(SavedFile, LongerThanTheContextIsRefused) {
  ASSERT_EQ(save(*of_turns(engine_, mixed_turns()), file()).type, EventType::kDone);
  ScriptedModelOptions options = model_of_blocks();
  options.max_context = 40;
  const ScriptedEngine other(options);
  const auto session = other.session();
  EXPECT_EQ(load(*session, file()).status.code(), StatusCode::kContextFull);
}

TEST_F(SavedFile, ThatIsNoneIsRefused) {
  const auto session = of_turns(engine_, {user("hello")});
  EXPECT_EQ(load(*session, folder_.file("none")).status.code(), StatusCode::kNotFound);
  EXPECT_EQ(load(*session, folder_.path()).status.code(), StatusCode::kModelInvalid);
  EXPECT_EQ(load(*session, "/dev/null").status.code(), StatusCode::kModelInvalid);
  folder_.write("empty", "");
  EXPECT_EQ(load(*session, folder_.file("empty")).status.code(), StatusCode::kModelInvalid);
  EXPECT_EQ(session->turn_count(), 1u);
}

TEST_F(SavedFile, NeedsAPlace) {
  const auto session = of_turns(engine_, {user("hello")});
  for (const char* path : {"", "/", "folder/", "..", "folder/."}) {
    EXPECT_EQ(save(*session, path).status.code(), StatusCode::kInvalidArgument) << path;
  }
  EXPECT_EQ(save(*session, folder_.file("none/session")).status.code(), StatusCode::kIo);
}

TEST_F(SavedFile, OfASessionWithoutRoomLeavesTheOldOne) {
  const auto session = of_turns(engine_, mixed_turns());
  folder_.write("session", "old");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {100, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Event end = save(*session, file());
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(end.status.code(), StatusCode::kIo) << "and the process goes on";
  EXPECT_EQ(read_bytes(file()), "old");
  EXPECT_EQ(file_count(), 1);
}

TEST_F(SavedFile, OfASessionWhoseStateCannotBeReadLeavesTheOldOne) {
  const auto session = of_turns(engine_, mixed_turns());
  folder_.write("session", "old");
  engine_.model->write_fault().fail_after(0, {StatusCode::kInternal, "the device failed"});
  EXPECT_EQ(save(*session, file()).status.code(), StatusCode::kInternal);
  engine_.model->write_fault().throw_after(0);
  EXPECT_EQ(save(*session, file()).status.code(), StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(read_bytes(file()), "old");
  EXPECT_EQ(file_count(), 1);
  EXPECT_EQ(save(*session, file()).type, EventType::kDone);
}

TEST_F(SavedFile, ThatFindsNoMemoryLeavesTheSessionAsItWas) {
  ASSERT_EQ(save(*of_turns(engine_, mixed_turns()), file()).type, EventType::kDone);
  const auto session = of_turns(engine_, {user("hello")});
  engine_.model->create_fault().fail_after(0, {StatusCode::kOutOfMemoryDevice, "no memory"});
  EXPECT_EQ(load(*session, file()).status.code(), StatusCode::kOutOfMemoryDevice);
  engine_.model->create_fault().throw_after(0);
  EXPECT_EQ(load(*session, file()).status.code(), StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(session->turn_count(), 1u);
  EXPECT_EQ(load(*session, file()).type, EventType::kDone);
}

TEST_F(SavedFile, CountsAmongTheEnginesRequests) {
  const auto session = engine_.session();
  save(*session, file());
  load(*session, folder_.file("none"));
  EXPECT_EQ(engine_.engine->stats().done, 1);
  EXPECT_EQ(engine_.engine->stats().failed, 1);
}

TEST_F(SavedFile, KeepsItsCheckpointOnTheAccount) {
  const auto session = rewound(engine_, 3, {.checkpoints = 1});
  ASSERT_EQ(outcome(engine_, *session).text.size(), 16u);
  ASSERT_EQ(save(*session, file()).type, EventType::kDone);
  auto loaded = engine_.session();
  ASSERT_EQ(load(*loaded, file()).type, EventType::kDone);
  ask(*loaded, {user("on")});
  EXPECT_GT(engine_.engine->stats().checkpoint_bytes, 0);
  loaded->close();
  session->close();
  EXPECT_EQ(engine_.engine->stats().checkpoint_bytes, 0);
  EXPECT_TRUE(engine_.model->comes_to_live_sequences(0));
}

}  // namespace
}  // namespace arges::sdk::testing
