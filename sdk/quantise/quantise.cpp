// SPDX-License-Identifier: Apache-2.0
#include "sdk/quantise/quantise.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/arena.h"
#include "kernels/base/guarded.h"
#include "kernels/base/thread_pool.h"
#include "language/text/text_limits.h"
#include "sdk/model/checkpoint.h"
#include "sdk/model/model_config.h"
#include "sdk/model/shard_index.h"
#include "sdk/model/weight_census.h"
#include "sdk/model/weights_header.h"
#include "sdk/quantise/output_plan.h"
#include "sdk/quantise/shard_writer.h"
#include "sdk/quantise/unfinished_folder.h"

namespace arges::sdk {
namespace {

// Files that go along as they are, where the source has them: what reading the model needs, and the
// terms it comes under. config.json is the last that is written.
constexpr const char* kCopied[] = {"LICENSE",
                                   "LICENSE.md",
                                   "LICENSE.txt",
                                   "LICENSES.md",
                                   "NOTICE",
                                   "added_tokens.json",
                                   "chat_template.jinja",
                                   "generation_config.json",
                                   "merges.txt",
                                   "preprocessor_config.json",
                                   "special_tokens_map.json",
                                   "tokenizer.json",
                                   "tokenizer.model",
                                   "tokenizer_config.json",
                                   "vocab.json",
                                   "config.json"};

struct SmallFile {
  std::string name;
  std::string text;
};

Result<std::vector<SmallFile>> read_small_files(const ModelFolder& folder) {
  std::vector<SmallFile> files;
  for (const char* name : kCopied) {
    if (!folder.has(name)) continue;
    ARGES_ASSIGN_OR_RETURN(std::string text,
                           folder.read_text(name, language::TextLimits{}.max_tokenizer_bytes));
    files.push_back({name, std::move(text)});
  }
  return files;
}

// Names, sizes and times of the source's files: what is made of other ones has another.
Result<std::string> origin_of(const ModelFolder& folder, const Checkpoint& checkpoint) {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a
  const auto add = [&hash](const std::string& text) {
    for (const char c : text + '\n') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  };
  for (const std::string_view name : checkpoint.file_names()) {
    ARGES_ASSIGN_OR_RETURN(const ModelFile file, folder.open_file(name));
    struct stat info {};
    if (::fstat(file.descriptor(), &info) != 0) {
      return Status(StatusCode::kIo, "the source cannot be looked into");
    }
    add(std::string(name));
    add(std::to_string(info.st_size));
    add(std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec));
  }
  return std::to_string(hash);
}

// What is to be made of a source that has been looked through.
struct Job {
  ModelFolder folder;
  Checkpoint checkpoint;
  std::vector<OutputShard> shards;
  std::vector<SmallFile> small_files;  // in the order of writing

  std::vector<std::string> file_names() const {
    std::vector<std::string> names;
    for (const OutputShard& shard : shards) names.push_back(shard.name);
    for (const SmallFile& file : small_files) names.push_back(file.name);
    return names;
  }
};

Result<Job> look_through(const std::string& source, const QuantiseOptions& options,
                         const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(ModelFolder folder, ModelFolder::open(source));
  ARGES_ASSIGN_OR_RETURN(const ModelConfig config, read_model_config(folder, options.limits));
  if (config.file_formats != FormatPolicy()) {
    return unsupported(
        "the source's weights are quantised already; take the checkpoint that they "
        "were made from");
  }
  ARGES_ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::open(folder, options.limits, stop));
  const TensorListing& listing = checkpoint.listing();
  const WeightNames names = detect_weight_names(listing, config.vision.has_value());
  ARGES_RETURN_IF_ERROR(take_census(config, names, listing).status());
  ARGES_ASSIGN_OR_RETURN(const std::string origin, origin_of(folder, checkpoint));
  ARGES_ASSIGN_OR_RETURN(
      std::vector<OutputShard> shards,
      plan_output(config, names, listing, options.formats, options.shard_bytes, origin));
  ARGES_ASSIGN_OR_RETURN(std::vector<SmallFile> copied, read_small_files(folder));
  std::vector<SmallFile> small{{std::string(kIndexFile), index_of(shards)},
                               {std::string(kWeightsHeaderFile), weights_header(options.formats)}};
  std::ranges::move(copied, std::back_inserter(small));
  return Job{std::move(folder), std::move(checkpoint), std::move(shards), std::move(small)};
}

// Counts what is done for whoever wants to know, and hears whether to go on.
class Progress {
 public:
  Progress(const QuantiseProgress& told, std::uint64_t total) : told_(told), total_(total) {}

  Status add(std::uint64_t bytes) {
    done_ += bytes;
    const bool goes_on =
        !told_ || told_(static_cast<std::int64_t>(done_), static_cast<std::int64_t>(total_));
    return goes_on ? Status() : cancelled();
  }

  static Status cancelled() {
    return {StatusCode::kCancelled, "quantising was cancelled; run it again to go on from there"};
  }

 private:
  const QuantiseProgress& told_;
  std::uint64_t done_ = 0;
  std::uint64_t total_;
};

std::uint64_t total_bytes(const std::vector<OutputShard>& shards) {
  std::uint64_t bytes = 0;
  for (const OutputShard& shard : shards) bytes += shard.bytes;
  return bytes;
}

// The files that no earlier run has made.
Result<std::vector<OutputShard>> missing_shards(const UnfinishedFolder& folder,
                                                std::vector<OutputShard> shards) {
  ARGES_ASSIGN_OR_RETURN(const ModelFolder made, ModelFolder::open(folder.path()));
  std::erase_if(shards, [&](const OutputShard& shard) { return is_written(made, shard); });
  return shards;
}

Status write_shards(const std::vector<OutputShard>& shards, const Checkpoint& source,
                    const std::string& folder, int threads, const BytesDone& done) {
  ThreadPool pool(threads);
  Arena workspace;
  const kernels::ExecContext context{&kernels::cpu_backend(), &pool, &workspace};
  const ShardWriter writer(context, source, folder, done);
  for (const OutputShard& shard : shards) ARGES_RETURN_IF_ERROR(writer.write(shard));
  return {};
}

Status quantise(const std::string& source, const std::string& target,
                const QuantiseOptions& options) {
  const StopCheck stop = [&]() -> Status {
    return !options.progress || options.progress(0, 0) ? Status() : Progress::cancelled();
  };
  ARGES_ASSIGN_OR_RETURN(Job job, look_through(source, options, stop));
  ARGES_ASSIGN_OR_RETURN(UnfinishedFolder folder,
                         UnfinishedFolder::open(target, job.folder, job.file_names()));
  const std::uint64_t total = total_bytes(job.shards);
  ARGES_ASSIGN_OR_RETURN(const std::vector<OutputShard> missing,
                         missing_shards(folder, std::move(job.shards)));
  std::uint64_t needed = total_bytes(missing);
  Progress progress(options.progress, total);
  ARGES_RETURN_IF_ERROR(progress.add(total - needed));
  for (const SmallFile& file : job.small_files) needed += file.text.size();
  ARGES_RETURN_IF_ERROR(folder.check_room(needed));
  ARGES_RETURN_IF_ERROR(job.checkpoint.bring_in(job.folder, FileAccess::kMap, stop));
  ARGES_RETURN_IF_ERROR(
      write_shards(missing, job.checkpoint, folder.path(), options.threads,
                   [&progress](std::uint64_t bytes) { return progress.add(bytes); }));
  for (const SmallFile& file : job.small_files) {
    ARGES_RETURN_IF_ERROR(write_file(folder.path(), file.name, file.text));
  }
  return folder.finish();
}

}  // namespace

Status quantise_model(const std::string& source, const std::string& target,
                      const QuantiseOptions& options) {
  return guarded(StatusCode::kIo, "the model cannot be quantised",
                 [&] { return quantise(source, target, options); });
}

}  // namespace arges::sdk
