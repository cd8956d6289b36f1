#pragma once

// For tests: a PostgreSQL server of their own on loopback, with its data in a temporary folder;
// ends with the test.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/openssl/child_process_tool.h"

namespace proviso::sql {

class PostgresServer {
 public:
  // Null where PostgreSQL is not installed.
  static std::unique_ptr<PostgresServer> start() {
    if (!std::filesystem::exists(program("postgres"))) return nullptr;
    auto server = std::unique_ptr<PostgresServer>(new PostgresServer);
    return server->is_ready_ ? std::move(server) : nullptr;
  }

  // A new, empty database.
  std::string new_database() {
    const std::string name = "test" + std::to_string(++databases_);
    testing_tools::run_to_end({program("createdb"),
                               "--host=127.0.0.1",
                               "--port=" + std::to_string(port_),
                               "--username=postgres",
                               name});
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + name;
  }
  std::string data() const { return folder_ / "data"; }
  void kill() { server_->kill(); }

 private:
  PostgresServer() : port_(free_port()) {
    // PostgreSQL does not run as root.
    if (::geteuid() == 0) testing_tools::run_to_end({"chown", "postgres", folder_ / ""});
    testing_tools::run_to_end(as_postgres({program("initdb"),
                                           "--auth=trust",
                                           "--username=postgres",
                                           "--no-sync",
                                           "--pgdata=" + data()}));
    start_server();
  }

  void start_server() {
    std::string line = "exec " + program("postgres") + " -D " + data() + " -p " +
                       std::to_string(port_) + " -c listen_addresses=127.0.0.1" +
                       " -c unix_socket_directories= -c log_checkpoints=off" +
                       " -c log_min_messages=log 2>&1";
    server_ = std::make_unique<testing_tools::ChildProcess>(as_postgres({"sh", "-c", line}));
    for (std::string said = server_->read_line(); !said.empty(); said = server_->read_line()) {
      is_ready_ = said.find("ready to accept connections") != std::string::npos;
      if (is_ready_) return;
    }
  }

  static std::string program(const std::string& name) {
    return "/usr/lib/postgresql/15/bin/" + name;
  }

  static std::vector<std::string> as_postgres(std::vector<std::string> words) {
    if (::geteuid() != 0) return words;
    std::vector<std::string> all{
        "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

  static int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(probe, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(probe);
    return ntohs(address.sin_port);
  }

  testing_tools::TemporaryFolder folder_;
  int port_;
  std::unique_ptr<testing_tools::ChildProcess> server_;
  bool is_ready_ = false;
  int databases_ = 0;
};

}  // namespace proviso::sql
