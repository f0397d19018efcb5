using AnomalyLine.Management.Processes;

namespace AnomalyLine.Management.Training;

/// <summary>The command that does a job: <see cref="TrainerProcess.Job"/>, or another one in tests.</summary>
/// <param name="workFile">Path of a <see cref="JobWork"/> as JSON.</param>
/// <param name="threads">Threads of the engine; 0 for as many as there are cores.</param>
public delegate ChildCommand TrainerCommand(string workFile, int threads);
