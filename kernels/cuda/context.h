// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kernels/base/status.h"

struct CUctx_st;

namespace arges::kernels::cuda {

// A context of Arges's own on one card. An error that leaves a context useless (a lost card, a
// fault in a kernel) is this one's: closing and opening makes another, if the driver lets it.
// Behind a fault in a kernel it did not when it was asked once (580.159.04: error 700), hence
// twice. Its members may be called from any thread.
class Context {
 public:
  // `card` as the driver numbers them. UNSUPPORTED without a driver or such a card,
  // OUT_OF_MEMORY_DEVICE when the card is full.
  static Result<std::unique_ptr<Context>> create(int card);
  // Memory, streams and graphs made in it are gone; nobody uses them any more.
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int card() const { return card_; }

  // While one lives, the calling thread's CUDA calls go to the context; then to what they went to
  // before. To be destroyed on the thread that made it, the last made first.
  class Current {
   public:
    explicit Current(const Context& context);
    ~Current();
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;

    // INTERNAL when the context could not be made the thread's.
    const Status& status() const { return status_; }

   private:
    const Context& context_;
    Status status_;
  };

 private:
  struct Driver;
  Context(int card, std::unique_ptr<const Driver> driver, CUctx_st* context);

  int card_;
  std::unique_ptr<const Driver> driver_;
  CUctx_st* context_;
};

}  // namespace arges::kernels::cuda
