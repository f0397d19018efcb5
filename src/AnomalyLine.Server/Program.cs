using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Vision.Models;

TorchEngine.RestartWithSettings();

return args switch
{
    [TrainerProcess.Argument, var request] => await TrainerHost.RunAsync(request),
    [TrainerProcess.JobArgument, var work] => await TrainerHost.RunJobAsync(work),
    _ => await ServerProgram.RunAsync(args),
};
