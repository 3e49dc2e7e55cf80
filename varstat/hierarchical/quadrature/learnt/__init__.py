"""The posterior of effects whose distribution is learnt."""
