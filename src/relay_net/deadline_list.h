// DeadlineList: what waits for the same length of time, first come first. Because all in one list
// wait equally long, the front is always the next to be late, and keeping order costs nothing.
#pragma once

#include <cstdint>

namespace mayfly::relay_net {

class DeadlineList;

// DeadlineNode is in at most one list and leaves it when it dies.
class DeadlineNode {
  public:
    DeadlineNode() = default;
    DeadlineNode(const DeadlineNode&) = delete;
    DeadlineNode& operator=(const DeadlineNode&) = delete;
    ~DeadlineNode() { leave(); }

    void leave();
    const DeadlineList* list() const { return list_; }

  private:
    friend class DeadlineList;
    DeadlineNode* previous_ = nullptr;
    DeadlineNode* next_ = nullptr;
    DeadlineList* list_ = nullptr;
    int64_t since_ms_ = 0;
};

class DeadlineList {
  public:
    explicit DeadlineList(int64_t wait_ms) : wait_ms_(wait_ms) {}
    DeadlineList(const DeadlineList&) = delete;
    DeadlineList& operator=(const DeadlineList&) = delete;

    // enter puts the node at the end, its wait beginning now, wherever it was before.
    void enter(DeadlineNode& node, int64_t now_ms) {
        node.leave();
        node.list_ = this;
        node.since_ms_ = now_ms;
        node.previous_ = last_;
        (last_ == nullptr ? first_ : last_->next_) = &node;
        last_ = &node;
    }
    // late is the first node whose wait is over, or nullptr.
    DeadlineNode* late(int64_t now_ms) const {
        return first_ != nullptr && now_ms - first_->since_ms_ >= wait_ms_ ? first_ : nullptr;
    }

  private:
    friend class DeadlineNode;
    DeadlineNode* first_ = nullptr;
    DeadlineNode* last_ = nullptr;
    int64_t wait_ms_;
};

inline void DeadlineNode::leave() {
    if (list_ == nullptr) return;
    (previous_ == nullptr ? list_->first_ : previous_->next_) = next_;
    (next_ == nullptr ? list_->last_ : next_->previous_) = previous_;
    previous_ = next_ = nullptr;
    list_ = nullptr;
}

}  // namespace mayfly::relay_net
