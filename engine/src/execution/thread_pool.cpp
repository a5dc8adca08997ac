#include "execution/thread_pool.h"

#include <system_error>

namespace portfire {

Executor::~Executor() = default;

ThreadPool::ThreadPool(std::size_t max_threads) : max_threads_(max_threads), queue_(std::make_shared<Queue>()) {}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->closed = true;
  }
  queue_->changed.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }
}

void ThreadPool::post(std::function<void()> task) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->tasks.push_back(std::move(task));
    if (queue_->idle < queue_->tasks.size() && threads_.size() < max_threads_) start_thread();
  }
  queue_->changed.notify_one();
}

void ThreadPool::start_thread() {
  try {
    threads_.emplace_back([queue = queue_] { work(queue); });
  } catch (const std::system_error&) {
    return;  // fewer threads than hoped for: who waits for a future runs it
  }
}

void ThreadPool::work(const std::shared_ptr<Queue>& queue) {
  std::unique_lock lock(queue->mutex);
  for (;;) {
    ++queue->idle;
    queue->changed.wait(lock, [&] { return queue->closed || !queue->tasks.empty(); });
    --queue->idle;
    if (queue->tasks.empty()) return;
    std::function<void()> task = std::move(queue->tasks.front());
    queue->tasks.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds may end the program, and with it this pool
    lock.lock();
  }
}

}  // namespace portfire
