# tests/audit holds the log to what others make of it (label acceptance): programs x_tool.cpp, and x_test.py run
# with the Python environment of set-up; argument: the folder of the programs.
if(PROVISO_TESTS AND TARGET proviso-verify AND TARGET acceptance)
  file(GLOB tools CONFIGURE_DEPENDS tests/audit/*_tool.cpp)
  foreach(file ${tools})
    get_filename_component(stem ${file} NAME_WE)
    add_executable(${stem} EXCLUDE_FROM_ALL ${file})
    target_link_libraries(${stem} safeguards_audit Threads::Threads)
    add_dependencies(acceptance ${stem})
  endforeach()
  add_dependencies(acceptance proviso-verify)
  file(GLOB scripts CONFIGURE_DEPENDS tests/audit/*_test.py)
  foreach(file ${scripts})
    get_filename_component(stem ${file} NAME_WE)
    add_test(NAME acceptance/audit_${stem} COMMAND ${PROVISO_DEPS}/venv/bin/python ${file} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
    set_tests_properties(acceptance/audit_${stem} PROPERTIES LABELS acceptance
      ENVIRONMENT "PROVISO_DEPS=${PROVISO_DEPS}")
  endforeach()
endif()
