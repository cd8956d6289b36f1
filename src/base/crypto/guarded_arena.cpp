#include "base/crypto/guarded_arena.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/crypto/started.h"

namespace proviso::crypto {
namespace {

constexpr std::size_t kSlotAlignment = 64;

struct FreeGuarded {
  // Checks the canary, wipes, unlocks, unmaps.
  void operator()(std::byte* block) const noexcept { sodium_free(block); }
};

std::size_t rounded_up(std::size_t bytes, std::size_t multiple) {
  return (bytes + multiple - 1) / multiple * multiple;
}

Error over_limit(std::size_t slots, std::size_t floats_per_slot) {
  return Error{ErrorCode::kOverLimit,
               concat("guarded memory holds 1 slot or more and at most ",
                      GuardedArena::kBytesMax,
                      " bytes; ",
                      slots,
                      " slots of ",
                      floats_per_slot,
                      " floats were asked for; use fewer cameras, tracks or shots")};
}

Error refused_memory(std::string_view call, std::size_t bytes) {
  return Error{ErrorCode::kUnavailable,
               concat("templates live in guarded memory only, but ",
                      call,
                      " refused ",
                      bytes,
                      " bytes: ",
                      std::generic_category().message(errno),
                      "; free memory or use fewer cameras")};
}

}  // namespace

struct GuardedArena::State {
  std::unique_ptr<std::byte, FreeGuarded> block;
  std::byte* first_slot = nullptr;
  std::size_t slot_bytes = 0;
  std::size_t floats_per_slot = 0;
  std::size_t slots = 0;
  bool locked = false;

  std::mutex mutex;
  std::vector<std::size_t> free_slots;  // Guarded by mutex; never grows past `slots`.

  std::byte* slot(std::size_t index) const { return first_slot + index * slot_bytes; }
};

Result<std::unique_ptr<GuardedArena>> GuardedArena::create(std::size_t slots,
                                                           std::size_t floats_per_slot) {
  PROVISO_CHECK(is_started());
  if (slots == 0 || floats_per_slot == 0 || floats_per_slot > kBytesMax / sizeof(float)) {
    return over_limit(slots, floats_per_slot);
  }
  const std::size_t slot_bytes = rounded_up(floats_per_slot * sizeof(float), kSlotAlignment);
  if (slots > kBytesMax / slot_bytes) return over_limit(slots, floats_per_slot);

  // Whole pages, so that the block starts on one; the slots end where the guard page begins.
  const std::size_t slots_bytes = slots * slot_bytes;
  const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t block_bytes = rounded_up(slots_bytes, page_bytes);
  auto state = std::make_unique<State>();
  state->block.reset(static_cast<std::byte*>(sodium_malloc(block_bytes)));
  if (!state->block) return refused_memory("sodium_malloc", block_bytes);
  // sodium_malloc locks too, but does not say whether it could.
  state->locked = sodium_mlock(state->block.get(), block_bytes) == 0;
  if (::madvise(state->block.get(), block_bytes, MADV_DONTDUMP) != 0) {
    return refused_memory("madvise(MADV_DONTDUMP)", block_bytes);
  }
  sodium_memzero(state->block.get(), block_bytes);

  state->first_slot = state->block.get() + (block_bytes - slots_bytes);
  state->slot_bytes = slot_bytes;
  state->floats_per_slot = floats_per_slot;
  state->slots = slots;
  state->free_slots.reserve(slots);
  for (std::size_t index = slots; index > 0; --index) state->free_slots.push_back(index - 1);
  return std::unique_ptr<GuardedArena>(new GuardedArena(std::move(state)));
}

GuardedArena::GuardedArena(std::unique_ptr<State> state) : state_(std::move(state)) {}

GuardedArena::~GuardedArena() {
  PROVISO_CHECK(slots_in_use() == 0);
}

Result<GuardedArena::Slot> GuardedArena::take() {
  const std::lock_guard lock(state_->mutex);
  if (state_->free_slots.empty()) {
    return Error{ErrorCode::kOverLimit,
                 concat("every template slot is taken: ",
                        state_->slots,
                        " of ",
                        state_->slots,
                        "; the shot is left out until a track closes")};
  }
  const std::size_t index = state_->free_slots.back();
  state_->free_slots.pop_back();
  return Slot{this, index};
}

bool GuardedArena::locked() const {
  return state_->locked;
}

std::size_t GuardedArena::slots() const {
  return state_->slots;
}

std::size_t GuardedArena::slots_in_use() const {
  const std::lock_guard lock(state_->mutex);
  return state_->slots - state_->free_slots.size();
}

GuardedArena::Slot::Slot(Slot&& other) noexcept
    : arena_(std::exchange(other.arena_, nullptr)), index_(other.index_) {}

GuardedArena::Slot& GuardedArena::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    release();
    arena_ = std::exchange(other.arena_, nullptr);
    index_ = other.index_;
  }
  return *this;
}

GuardedArena::Slot::~Slot() {
  release();
}

std::span<float> GuardedArena::Slot::floats() {
  PROVISO_CHECK(!empty());
  State& state = *arena_->state_;
  return {reinterpret_cast<float*>(state.slot(index_)), state.floats_per_slot};
}

std::span<const float> GuardedArena::Slot::floats() const {
  PROVISO_CHECK(!empty());
  const State& state = *arena_->state_;
  return {reinterpret_cast<const float*>(state.slot(index_)), state.floats_per_slot};
}

void GuardedArena::Slot::release() noexcept {
  if (empty()) return;
  State& state = *arena_->state_;
  sodium_memzero(state.slot(index_), state.slot_bytes);
  const std::lock_guard lock(state.mutex);
  state.free_slots.push_back(index_);
  arena_ = nullptr;
}

void wipe(std::span<std::byte> bytes) {
  sodium_memzero(bytes.data(), bytes.size());
}

}  // namespace proviso::crypto
