# Every folder of src/ with what it stands on, bottom to top, as in tools/layers.txt.

proviso_module(base/core LIBRARIES Threads::Threads)
proviso_module(base/image DEPENDS base/core)
proviso_module(base/crypto DEPENDS base/core LIBRARIES PkgConfig::SODIUM)
proviso_module(base/tensor DEPENDS base/core base/image)
proviso_module(base/json DEPENDS base/core LIBRARIES nlohmann_json::nlohmann_json)
proviso_module(base/toml DEPENDS base/core LIBRARIES PkgConfig::TOMLPP)

proviso_module(safeguards/policy DEPENDS base/core base/crypto base/toml)
proviso_module(safeguards/note DEPENDS base/core base/crypto)
proviso_module(safeguards/officers DEPENDS base/core base/crypto base/json safeguards/policy safeguards/note)
proviso_module(safeguards/audit DEPENDS base/core base/crypto base/json safeguards/note LIBRARIES Threads::Threads)
proviso_module(safeguards/watchlist DEPENDS base/core base/image base/crypto base/json)
proviso_module(safeguards/authority DEPENDS base/core base/image base/crypto base/json safeguards/policy safeguards/note safeguards/officers safeguards/watchlist)
proviso_module(safeguards/deployment DEPENDS base/core base/crypto base/json safeguards/policy safeguards/note safeguards/officers safeguards/authority)

proviso_module(stages/video DEPENDS base/core base/image safeguards/authority)
proviso_module(stages/detect DEPENDS base/image base/tensor safeguards/authority stages/video)
proviso_module(stages/track DEPENDS base/core base/image stages/detect)
proviso_module(stages/quality DEPENDS base/core base/image stages/video stages/detect TEST_DEPENDS adapters/jpeg)
proviso_module(stages/embed DEPENDS base/crypto base/image base/tensor safeguards/authority stages/video stages/detect stages/track stages/quality)
proviso_module(stages/search DEPENDS base/core base/crypto safeguards/watchlist safeguards/authority stages/embed)
proviso_module(stages/alert DEPENDS base/core base/image safeguards/watchlist stages/track stages/search)

proviso_module(adapters/openssl DEPENDS base/core LIBRARIES OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
proviso_module(adapters/ffmpeg DEPENDS base/core base/image stages/video adapters/openssl LIBRARIES PkgConfig::FFMPEG)
proviso_module(adapters/openvino DEPENDS base/core base/image base/tensor base/toml base/crypto LIBRARIES openvino::runtime)
proviso_module(adapters/jpeg DEPENDS base/core base/image LIBRARIES PkgConfig::TURBOJPEG)

proviso_module(app/models DEPENDS adapters/openvino stages/detect TEST_DEPENDS stages/embed adapters/jpeg adapters/ffmpeg)
proviso_module(app/pipeline DEPENDS stages/video stages/detect stages/track stages/quality stages/embed stages/search stages/alert
  LIBRARIES Threads::Threads)
proviso_module(app/enrolment DEPENDS app/models stages/video stages/detect stages/quality stages/embed safeguards/watchlist adapters/jpeg adapters/ffmpeg adapters/openvino)
proviso_module(app/evaluation DEPENDS app/models stages/detect stages/quality stages/embed adapters/jpeg adapters/ffmpeg adapters/openvino base/json)
proviso_module(app/site DEPENDS base/core base/crypto safeguards/policy safeguards/note safeguards/officers safeguards/audit)
proviso_module(app/commands DEPENDS app/site app/pipeline app/enrolment app/evaluation adapters/openvino adapters/ffmpeg adapters/jpeg
  LIBRARIES CLI11::CLI11)
if(EXISTS ${CMAKE_SOURCE_DIR}/src/app/commands/main.cpp)
  add_executable(proviso src/app/commands/main.cpp)
  target_link_libraries(proviso PRIVATE app_commands CLI11::CLI11)
endif()
include(cmake/acceptance.cmake)
include(cmake/bench.cmake)
