# Each file of tests/must_not_compile compiles as it stands and is refused with -DREFUSED, for the
# reason on its first line: the first test guards against a file that fails for a typo.
if(PROVISO_TESTS)
  file(GLOB refused CONFIGURE_DEPENDS tests/must_not_compile/*.cpp)
  foreach(file ${refused})
    get_filename_component(stem ${file} NAME_WE)
    file(STRINGS ${file} reason LIMIT_COUNT 1)
    string(REPLACE "// refused: " "" reason "${reason}")
    set(compile ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${CMAKE_SOURCE_DIR}/src)
    add_test(NAME must_compile/${stem} COMMAND ${compile} ${file})
    add_test(NAME must_not_compile/${stem} COMMAND ${compile} -DREFUSED ${file})
    set_tests_properties(must_not_compile/${stem} PROPERTIES PASS_REGULAR_EXPRESSION "${reason}")
  endforeach()
endif()
