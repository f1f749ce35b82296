#!/bin/bash
# One run on the processors of one node, in as many jobs as it takes: a job that comes to its time limit writes a checkpoint, leaves with
# exit code 85, and puts itself in the queue again.
#     sbatch tools/slurm/cpu.sh scenarios/wound_healing.yaml results/wound [more options of `crine run`]
#SBATCH --job-name=crine
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=2
#SBATCH --time=24:00:00
#SBATCH --requeue --open-mode=append
#SBATCH --signal=USR1@120

scenario=${1:?a scenario} folder=${2:?an output folder}
shift 2
# As a child of the job's own process group: `--signal` without B: tells every step of the job, hence srun's.
srun "${CRINE:-crine}" run "$scenario" -o "$folder" --resume "$@"
code=$?
((code == 85)) && exec scontrol requeue "$SLURM_JOB_ID"
exit $code
