# fuzz/x_fuzz.cpp becomes the program fuzz_x (clang, libFuzzer); its corpus is fuzz/corpus/x. `./dev fuzz` builds the
# target `fuzz` and runs them all.
if(PROVISO_FUZZ)
  add_custom_target(fuzz)
  file(GLOB fuzzers CONFIGURE_DEPENDS fuzz/*_fuzz.cpp)
  foreach(file ${fuzzers})
    get_filename_component(stem ${file} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${stem})
    add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(fuzz_${name} safeguards_audit safeguards_watchlist app_vault adapters_jpeg adapters_png)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz fuzz_${name})
  endforeach()
endif()
