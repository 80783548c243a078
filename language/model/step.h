// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/op_table.h"
#include "language/model/config.h"
#include "language/model/step_plan.h"

namespace arges::language {

// One step under way, as the blocks of a decoder see it. Its first failure sticks: from then on
// ops do nothing and scratch tensors have no data, so that model code reads like the equations and
// is asked for its status once, at the end. One thread.
class Step {
 public:
  Step(const kernels::ExecContext& context, const DecoderConfig& decoder, StepTables step_tables,
       SequencePool& sequence_pool)
      : config(decoder), tables(step_tables), pool(sequence_pool), context_(context) {}

  std::int64_t rows() const { return tables.ids.shape[0]; }

  // A tensor for as long as the enclosing scope() lives.
  TensorView scratch(Shape shape, DType dtype = DType::kF32) {
    if (!status_.ok()) return {};
    Result<TensorView> tensor = context_.workspace->allocate(shape, dtype);
    status_ = tensor.status();
    return tensor.ok() ? *tensor : TensorView();
  }
  Arena::Scope scope() { return Arena::Scope(*context_.workspace); }

  // Runs an op.
  template <typename Args>
  void operator()(Status (*op)(const kernels::ExecContext&, const Args&),
                  const std::type_identity_t<Args>& args) {
    if (status_.ok()) status_ = op(context_, args);
  }

  const Status& status() const { return status_; }

  const DecoderConfig& config;
  const StepTables tables;
  SequencePool& pool;

 private:
  const kernels::ExecContext& context_;
  Status status_;
};

}  // namespace arges::language
