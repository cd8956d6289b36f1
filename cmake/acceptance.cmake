# tests/acceptance runs the whole program on real video, in the release build (label acceptance):
#   x_test.cpp  a GoogleTest program acceptance_x_test, linked with all of the application
#   x_test.py   run with the Python environment of set-up; argument: the program
# Building the target `acceptance` makes all that they need.
if(PROVISO_TESTS AND TARGET proviso)
  add_custom_target(acceptance DEPENDS proviso)
  file(GLOB programs CONFIGURE_DEPENDS tests/acceptance/*_test.cpp)
  foreach(file ${programs})
    get_filename_component(stem ${file} NAME_WE)
    add_executable(acceptance_${stem} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(acceptance_${stem} app_commands GTest::gtest_main)
    target_compile_definitions(acceptance_${stem} PRIVATE
      PROVISO_DEPS="${PROVISO_DEPS}" PROVISO_SOURCE="${CMAKE_SOURCE_DIR}" PROVISO_BUILD="${CMAKE_BINARY_DIR}")
    add_dependencies(acceptance acceptance_${stem})
    add_test(NAME acceptance/${stem} COMMAND acceptance_${stem})
    list(APPEND accepted acceptance/${stem})
  endforeach()
  file(GLOB scripts CONFIGURE_DEPENDS tests/acceptance/*_test.py)
  foreach(file ${scripts})
    get_filename_component(stem ${file} NAME_WE)
    add_test(NAME acceptance/${stem} COMMAND ${PROVISO_DEPS}/venv/bin/python ${file} $<TARGET_FILE:proviso>)
    list(APPEND accepted acceptance/${stem})
  endforeach()
  if(accepted)
    set_tests_properties(${accepted} PROPERTIES LABELS acceptance
      ENVIRONMENT "PROVISO_DEPS=${PROVISO_DEPS};PROVISO_SOURCE=${CMAKE_SOURCE_DIR};PROVISO_BUILD=${CMAKE_BINARY_DIR}")
  endif()
  # What they claim is a time: nothing else runs beside them.
  foreach(timed cameras_test expiry_test)
    if(acceptance/${timed} IN_LIST accepted)
      set_tests_properties(acceptance/${timed} PROPERTIES RUN_SERIAL TRUE)
    endif()
  endforeach()
  # The longest begin first: none is left over alone.
  foreach(long authority_test crowd_test clips_test enrolment_checks_test officers_test vault_erasure_test vault_list_test vault_test
      vault_two_person_test)
    if(acceptance/${long} IN_LIST accepted)
      set_tests_properties(acceptance/${long} PROPERTIES COST 100)
    endif()
  endforeach()
  # It becomes a user who may not write where GoogleTest's reports lie; ctest's result counts.
  if(TARGET acceptance_residue_test)
    set_tests_properties(acceptance/residue_test PROPERTIES ENVIRONMENT_MODIFICATION "GTEST_OUTPUT=unset:")
  endif()
endif()

# Agreement with OpenCV and the scan for residue are claims about the release build.
if(TARGET app_models_test AND TARGET acceptance)
  add_dependencies(acceptance app_models_test)
  set_tests_properties(app/models PROPERTIES LABELS acceptance)
endif()

include(cmake/audit_checks.cmake)
