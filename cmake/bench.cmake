# The programs that bench/run.py times; building the target `bench` makes all of them.
if(PROVISO_BENCH AND TARGET proviso)
  add_subdirectory(bench/search)
  add_subdirectory(bench/path)
  add_subdirectory(bench/audit)
  add_subdirectory(bench/vault)
  add_custom_target(bench DEPENDS proviso bench_search bench_list bench_decode bench_steps bench_score bench_log)
endif()
