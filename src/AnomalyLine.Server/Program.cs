using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;
using AnomalyLine.Vision.Models;

TorchEngine.RestartWithSettings();

return args is [TrainerProcess.Argument, var request]
    ? await TrainerHost.RunAsync(request)
    : await ServerProgram.RunAsync(args);
