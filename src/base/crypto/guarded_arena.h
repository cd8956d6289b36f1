#pragma once

// One guarded block of memory, made at start, cut into equal slots for passers-by's templates.
//
// The block is locked against swap, left out of core dumps, and bounded by guard pages
// (sodium_malloc: one block, because it costs four mappings a piece). A slot is wiped
// (sodium_memzero) when its Slot handle dies, and the whole block when the arena dies.
//
//   shape  slots x floats_per_slot float32, each slot 64-byte aligned
//
// Errors: take() gives kOverLimit when no slot is free. A failing mlock does not stop the arena:
// locked() is false and the caller says so aloud.
// Threads: thread-safe. A slot's bytes belong to the holder of its handle.
// Lifetime: every Slot must die before the arena (checked).

#include <cstddef>
#include <memory>
#include <span>

#include "base/core/result.h"

namespace proviso::crypto {

class GuardedArena {
 public:
  // Move-only owner of one slot; an empty (moved-from) Slot owns nothing.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot();

    bool empty() const { return arena_ == nullptr; }
    std::span<float> floats();
    std::span<const float> floats() const;

   private:
    friend class GuardedArena;
    Slot(GuardedArena* arena, std::size_t index) : arena_(arena), index_(index) {}
    void release() noexcept;

    GuardedArena* arena_ = nullptr;
    std::size_t index_ = 0;
  };

  // Errors: kOverLimit if slots is 0 or the block would pass kBytesMax; kUnavailable if memory is
  //         refused.
  static Result<std::unique_ptr<GuardedArena>> create(std::size_t slots,
                                                      std::size_t floats_per_slot);
  static constexpr std::size_t kBytesMax = std::size_t{1} << 30U;

  GuardedArena(const GuardedArena&) = delete;
  GuardedArena& operator=(const GuardedArena&) = delete;
  GuardedArena(GuardedArena&&) = delete;
  GuardedArena& operator=(GuardedArena&&) = delete;
  ~GuardedArena();

  // The slot comes zeroed. Errors: kOverLimit if every slot is taken.
  Result<Slot> take();

  bool locked() const;
  std::size_t slots() const;
  std::size_t slots_in_use() const;

 private:
  struct State;
  explicit GuardedArena(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Overwrites and cannot be optimised away.
void wipe(std::span<std::byte> bytes);

}  // namespace proviso::crypto
