#!/bin/bash
# The same on one GPU.
#     sbatch tools/slurm/gpu.sh scenarios/wound_healing_large.yaml results/large [more options of `crine run`]
#SBATCH --job-name=crine
#SBATCH --nodes=1 --ntasks=1 --cpus-per-task=8 --gres=gpu:1
#SBATCH --time=24:00:00
#SBATCH --requeue --open-mode=append
#SBATCH --signal=USR1@120

scenario=${1:?a scenario} folder=${2:?an output folder}
shift 2
srun "${CRINE:-crine}" run "$scenario" -o "$folder" --device cuda --resume "$@"
code=$?
((code == 85)) && exec scontrol requeue "$SLURM_JOB_ID"
exit $code
