"""AdaptiveFsrs beside the models under it, on real logs of one learner each."""
