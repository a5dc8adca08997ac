// The engine's own threads for forked calls: a queue and as many threads as the machine has cores.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "portfire/call_options.h"

namespace portfire {

// Threads start when there is work for them. Destroyed from one of its own threads, that one is let go instead of
// joined.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(std::size_t max_threads);
  ~ThreadPool() override;
  void post(std::function<void()> task) override;

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> tasks;
    std::size_t idle = 0;
    bool closed = false;
  };
  void start_thread();
  static void work(const std::shared_ptr<Queue>& queue);

  const std::size_t max_threads_;
  std::shared_ptr<Queue> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace portfire
