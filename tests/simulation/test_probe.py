import pytest, time, cProfile, pstats, os
from tests.simulation.test_year import run_year, PATHS, ENOUGH
from tests.simulation import promises
@pytest.mark.django_db
def test_probe(time_machine):
    n=int(os.environ.get("N","40"))
    t=time.process_time(); 
    pr=cProfile.Profile() if os.environ.get("PROF") else None
    if pr: pr.enable()
    clinic=run_year(time_machine,n)
    if pr:
        pr.disable(); pstats.Stats(pr).sort_stats("cumulative").print_stats(60)
    print("cpu",time.process_time()-t)
    for k,v in sorted(clinic.taken.items()): print(v,k)
    print("MISSING",[p for p in PATHS if clinic.taken[p]<ENOUGH])
    print("REFUSED")
    for k,v in clinic.refused.most_common(40): print(v,k)
    print("BROKEN",len(clinic.broken)); print("\n".join(clinic.broken[:20]))
    t=time.process_time(); found=promises.check(clinic.now); print("PROMISES",len(found),"check",time.process_time()-t); print("\n".join(found[:40]))
