#!/bin/bash
# The same scenario with many seeds, each in a folder of its own, which the table of all can be made from.
#     sbatch --array=1-20 tools/slurm/seeds.sh scenarios/wound_healing.yaml results/seeds [more options of `crine run`]
#SBATCH --job-name=crine-seeds
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=2
#SBATCH --time=04:00:00
#SBATCH --requeue --open-mode=append
#SBATCH --signal=USR1@120

scenario=${1:?a scenario} folder=${2:?an output folder}
shift 2
seed=$SLURM_ARRAY_TASK_ID
srun "${CRINE:-crine}" run "$scenario" -o "$folder/seed_$seed" --seed "$seed" --resume "$@"
code=$?
((code == 85)) && exec scontrol requeue "${SLURM_ARRAY_JOB_ID}_$seed"
exit $code
