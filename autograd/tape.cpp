#include <autograd/tape.hpp>

#include <atomic>

namespace xtape {

constinit thread_local bool t_recording = true;
constinit thread_local unsigned t_forward_level = 0;
constinit thread_local const Node* t_running_node = nullptr;

namespace {

std::atomic<std::uint64_t> s_created{0};

// Nodes whose last reference went while another node of this thread is being destroyed wait here for their turn.
constinit thread_local Node* t_condemned = nullptr;
constinit thread_local bool t_destroying = false;

}  // namespace

Node::Node() noexcept : m_number(s_created.fetch_add(1, std::memory_order_relaxed)) {}

const std::string& Node::place() const noexcept {
  static const std::string unknown;
  return m_extras ? m_extras->place : unknown;
}

std::uint64_t Node::next_number() noexcept { return s_created.load(std::memory_order_relaxed); }

void Node::destroy(Node* node) noexcept {
  node->m_next_condemned = t_condemned;
  t_condemned = node;
  if (t_destroying) return;
  t_destroying = true;
  while (Node* next = t_condemned) {
    t_condemned = next->m_next_condemned;
    delete next;
  }
  t_destroying = false;
}

}  // namespace xtape
