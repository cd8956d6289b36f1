# The builds that tests need compile up to eight files of a folder as one: half the time from nothing.
# Off in the debug preset, where each file is compiled by itself, so that `./dev lint` sees it so.
#
# A file whose unnamed namespace holds a name that its neighbours' also holds is compiled alone: the
# compiler says `redefinition`; name it here, unless the two should be one.
set(alone
  adapters/sql/sqlite
  app/commands/.*_command app/commands/policy_page
  app/drafting/draft_test app/evaluation/listing app/pipeline/camera_feed_test app/site/site_test app/vault/erasure_test
  base/crypto/ed25519 base/crypto/random base/crypto/sealed_bytes base/image/warp
  safeguards/audit/evidence safeguards/audit/leaf_test safeguards/audit/log_key safeguards/audit/tree safeguards/audit/tree_test
  safeguards/authority/desks_test safeguards/authority/gate_test safeguards/authority/mutation_test
  safeguards/authority/rules_test safeguards/authority/written_authority_test
  safeguards/note/signed_note safeguards/officers/revocations safeguards/officers/revocations_test
  safeguards/watchlist/entry_rules_test safeguards/watchlist/entry_test safeguards/watchlist/keyring_test
  stages/search/first_pass_.* stages/search/index stages/search/kernel)
list(JOIN alone "|" alone)

if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage)  # It takes a file's unnamed namespace for a header's.
endif()

function(proviso_compiles_alone)
  foreach(file ${ARGN})
    if(file MATCHES "/src/(${alone})\\.cpp$")
      set_source_files_properties(${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()
