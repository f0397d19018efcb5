// A camera in C++: sends picture files to a station and prints each frame's verdict. Replace pictures() by your own camera.
//
// Each frame is kept until its answer comes. Where the connection breaks, those without an answer are sent again on the next one; the server may then have inspected a
// frame twice, and each inspection has a number of its own. No answer is not good: a part without one has no verdict.
//
// camera HOST:PORT STATION FOLDER RATE COUNT; the key is in ANOMALYLINE_KEY, the authority (PEM) of an https server's certificate in ANOMALYLINE_CA.
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "anomalyline/v1/inspection.grpc.pb.h"

using namespace anomalyline::v1;
using namespace std::chrono_literals;

// The frames without an answer, oldest first; a camera that is faster than its server waits for a place. Any thread.
class Outbox {
 public:
  void add(InspectRequest request) {
    std::unique_lock lock(gate_);
    changed_.wait(lock, [&] { return frames_.size() < kMost; });
    const auto number = request.request_id();
    frames_.emplace(number, std::move(request));
    changed_.notify_all();
  }

  // No more frames come.
  void complete() {
    std::lock_guard lock(gate_);
    is_complete_ = true;
    changed_.notify_all();
  }

  // The answered frame; none where it has been answered before.
  std::optional<InspectRequest> take(uint64_t number) {
    std::lock_guard lock(gate_);
    changed_.notify_all();
    auto node = frames_.extract(number);
    return node ? std::optional(std::move(node.mapped())) : std::nullopt;
  }

  // What a connection sends after this number: none once no more come, or once that connection has ended.
  std::optional<InspectRequest> next(uint64_t last, const bool& ended) {
    std::unique_lock lock(gate_);
    auto found = frames_.end();
    changed_.wait(lock, [&] { return ended || (found = frames_.upper_bound(last)) != frames_.end() || is_complete_; });
    return ended || found == frames_.end() ? std::nullopt : std::optional(found->second);
  }

  // A connection has ended.
  void end(bool& ended) {
    std::lock_guard lock(gate_);
    ended = true;
    changed_.notify_all();
  }

  bool is_done() {
    std::lock_guard lock(gate_);
    return is_complete_ && frames_.empty();
  }

 private:
  static constexpr size_t kMost = 16;
  std::mutex gate_;
  std::condition_variable changed_;
  std::map<uint64_t, InspectRequest> frames_;
  bool is_complete_ = false;
};

// The camera: PNG files in turn. Raw pixels have a width, a height and another format, such as PIXEL_FORMAT_MONO8.
void pictures(const std::string& station, const std::string& folder, double rate, int count, Outbox& outbox) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().extension() == ".png") files.push_back(file.path());
  std::sort(files.begin(), files.end());
  for (int number = 1; !files.empty() && number <= count; number++) {
    const auto& file = files[(number - 1) % files.size()];
    std::ifstream bytes(file, std::ios::binary);
    InspectRequest request;
    request.set_request_id(number);
    request.set_station(station);
    request.set_part_id(file.stem());
    request.mutable_frame()->set_pixel_format(PIXEL_FORMAT_PNG);
    request.mutable_frame()->set_data(std::string(std::istreambuf_iterator<char>(bytes), {}));
    const auto now = std::chrono::system_clock::now().time_since_epoch() / 1ns;
    request.mutable_frame()->mutable_capture_time()->set_seconds(now / 1'000'000'000);
    request.mutable_frame()->mutable_capture_time()->set_nanos(now % 1'000'000'000);
    outbox.add(std::move(request));
    std::this_thread::sleep_for(1s / rate);
  }
  outbox.complete();
}

// One connection, to its end.
grpc::Status exchange(const std::shared_ptr<grpc::Channel>& channel, Outbox& outbox, grpc::ClientContext& context) {
  const auto stream = InspectionService::NewStub(channel)->Inspect(&context);
  bool ended = false;
  std::thread sending([&] {
    uint64_t last = 0;
    while (const auto request = outbox.next(last, ended)) {
      if (!stream->Write(*request)) return;
      last = request->request_id();
    }
    stream->WritesDone();
  });
  InspectResponse answer;
  while (stream->Read(&answer)) {
    const auto request = outbox.take(answer.request_id());
    const auto& found = answer.inspection();
    if (answer.has_error())
      std::cout << answer.request_id() << " error " << answer.error().code() << ": " << answer.error().message() << std::endl;
    else if (request)
      std::cout << answer.request_id() << ' ' << request->part_id() << " #" << found.sequence() << ' ' << Verdict_Name(found.verdict()) << ' ' << found.score() << std::endl;
  }
  outbox.end(ended);
  sending.join();
  return stream->Finish();
}

bool is_passing(const grpc::Status& status, const grpc::ClientContext& context) {
  switch (status.error_code()) {
    case grpc::UNAVAILABLE: case grpc::INTERNAL: case grpc::CANCELLED: case grpc::ABORTED: case grpc::UNKNOWN: case grpc::DEADLINE_EXCEEDED: return true;
    case grpc::RESOURCE_EXHAUSTED: {
      const auto& trailers = context.GetServerTrailingMetadata();
      const auto code = trailers.find("error-code");
      return code == trailers.end() || code->second != "message-too-large";
    }
    default: return false;
  }
}

std::string file_text(const char* path) {
  std::ifstream bytes(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(bytes), {}};
}

int main(int count, char** words) {
  if (count != 6) return std::cerr << "camera HOST:PORT STATION FOLDER RATE COUNT\n", 2;
  Outbox outbox;
  std::thread camera(pictures, words[2], words[3], std::atof(words[4]), std::atoi(words[5]), std::ref(outbox));
  grpc::ChannelArguments alive;  // A server that vanished without a word is noticed after some seconds instead of never.
  alive.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
  alive.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  alive.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  const auto *key = std::getenv("ANOMALYLINE_KEY"), *authority = std::getenv("ANOMALYLINE_CA");
  for (auto wait = 250ms; !outbox.is_done();) {
    grpc::ClientContext context;
    if (key) context.AddMetadata("authorization", std::string("Bearer ") + key);
    const auto credentials = authority ? grpc::SslCredentials({file_text(authority), "", ""}) : grpc::InsecureChannelCredentials();
    const auto status = exchange(grpc::CreateCustomChannel(words[1], credentials, alive), outbox, context);
    if (status.ok()) {
      wait = 250ms;
      continue;
    }
    std::cerr << status.error_code() << ": " << status.error_message() << std::endl;
    if (!is_passing(status, context)) std::_Exit(1);
    std::this_thread::sleep_for(wait);
    wait = std::min<std::chrono::milliseconds>(2 * wait, 5s);
  }
  camera.join();
}
